/** Latencies from coordinates. */

/** The mean radius of the earth, in km (IUGG). */
const EARTH_KM = 6_371.0088;
/** Light takes 1.5 times as long in fibre as in vacuum: two thirds of 299,792.458 km/s, per ms. */
const FIBRE_KM_PER_MS = (299.792_458 * 2) / 3;

/**
 * The least latency of a cable between two positions, in degrees of latitude and longitude, in
 * whole µs, at least 1: the length of the great circle by the haversine formula, which is exact
 * for near positions, too. The last bit of sines depends on the machine, but µs do not.
 */
export function fibreLatencyUs(
  [latitudeA, longitudeA]: readonly [number, number],
  [latitudeB, longitudeB]: readonly [number, number],
): number {
  const radians = Math.PI / 180;
  const squaredSine = (degrees: number): number => Math.sin((degrees * radians) / 2) ** 2;
  const haversine =
    squaredSine(latitudeB - latitudeA) +
    Math.cos(latitudeA * radians) *
      Math.cos(latitudeB * radians) *
      squaredSine(longitudeB - longitudeA);
  const km = 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(haversine)));
  return Math.max(1, Math.round((1_000 * km) / FIBRE_KM_PER_MS));
}
