/** The path of an image file, or its bytes: small files stay in memory. */
export type ImageSource = string | Buffer;
