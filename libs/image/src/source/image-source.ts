/** The path of an image file, or its bytes: a small one need not go over the disk. */
export type ImageSource = string | Buffer;
