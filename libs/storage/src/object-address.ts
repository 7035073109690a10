/** Where an object lies. */
export interface ObjectAddress {
  bucket: string;
  objectKey: string;
}
