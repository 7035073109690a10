/** The location of an object. */
export interface ObjectAddress {
  bucket: string;
  objectKey: string;
}
