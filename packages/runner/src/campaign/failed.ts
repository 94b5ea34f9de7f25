/** Some runs of a campaign have failed; what the others came to is in the store. */

export class RunsFailed extends Error {
  override readonly name = 'RunsFailed';
}
