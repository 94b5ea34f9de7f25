/** Types of the function of seek-bzip that is used here; the package has no types. */

declare module 'seek-bzip' {
  interface Bunzip {
    /** Writes what `input` holds to `output`, byte by byte; several streams follow one another. */
    decode(
      input: Uint8Array,
      output: { readonly writeByte: (byte: number) => void },
      hasSeveralStreams: boolean,
    ): void;
  }
  const bunzip: Bunzip;
  export default bunzip;
}
