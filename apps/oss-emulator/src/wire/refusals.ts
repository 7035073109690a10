import { OssRefusal, type OssRefusalFacts } from '#oss';

/** The OSS errors that the emulator implements: status, message, EC (if known). */
const refusalTable = {
  AccessKeyIdAndSecurityTokenNotMatch: [
    403,
    'The OSS access key id and security token you provided does not match.',
  ],
  BucketNotEmpty: [409, 'The bucket has objects. Please delete them first.', '0015-00000301'],
  EntityTooLarge: [400, 'Your proposed upload exceeds the maximum allowed size.'],
  EntityTooSmall: [400, 'Your proposed upload smaller than the minimum allowed size.'],
  FieldItemTooLong: [400, 'Your name of form field is too long.'],
  FileAlreadyExists: [409, 'The object you specified already exists and can not be overwritten.'],
  IncompleteBody: [
    400,
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
  ],
  IncorrectNumberOfFilesInPOSTRequest: [400, 'POST requires exactly one file upload per request.'],
  InternalError: [500, 'We encountered an internal error. Please try again.'],
  InvalidBucketName: [400, 'The specified bucket is not valid.'],
  InvalidObjectState: [403, "The operation is not valid for the object's state"],
  InvalidCRC64: [400, 'The x-oss-hash-crc64ecma you specified does not match what we calculated.'],
  InvalidDigest: [400, 'The Content-MD5 you specified was invalid.'],
  InvalidObjectName: [400, 'The specified object is not valid.'],
  InvalidPart: [
    400,
    "One or more of the specified parts could not be found or the specified entity tag might not have matched the part's entity tag.",
  ],
  InvalidPartOrder: [400, 'The list of parts was not in ascending order.'],
  InvalidRange: [416, 'The requested range cannot be satisfied.'],
  InvalidSecurityToken: [403, 'The security token you provided is invalid.'],
  InvalidTargetType: [400, 'The symbolic link points to another symbolic link.', '0026-00000011'],
  InvalidTag: [400, 'The tags you have provided are invalid.'],
  MalformedPOSTRequest: [400, 'The body of your POST request is not well-formed multipart/form-data.'],
  MalformedXML: [
    400,
    'The XML you provided was not well-formed or did not validate against our published schema.',
    '0042-00000205',
  ],
  MaxPOSTPreDataLengthExceededError: [
    400,
    'Your POST request fields preceding the upload file were too large.',
  ],
  MethodNotAllowed: [405, 'The specified method is not allowed against this resource.'],
  MissingArgument: [400, 'Missing Some Required Arguments.'],
  MissingContentLength: [411, 'You must provide the Content-Length HTTP header.'],
  NoSuchBucket: [404, 'The specified bucket does not exist.', '0015-00000101'],
  NoSuchKey: [404, 'The specified key does not exist.', '0026-00000001'],
  NoSuchUpload: [
    404,
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    '0042-00000002',
  ],
  NoSuchVersion: [404, 'The specified version does not exist.'],
  NotModified: [304, 'The object was not modified.'],
  NotSymlink: [400, 'The object is not a symbolic link'],
  NotImplemented: [501, 'The emulator does not implement this operation.'],
  ObjectNotAppendable: [409, 'The object is not appendable'],
  OperationNotSupported: [400, 'The operation is not supported for this resource'],
  PositionNotEqualToLength: [409, 'Position is not equal to file length', '0026-00000016'],
  PreconditionFailed: [412, 'At least one of the pre-conditions you specified did not hold.'],
  RequestIsNotMultiPartContent: [400, 'Bucket POST must be of the enclosure-type multipart/form-data.'],
  RestoreAlreadyInProgress: [409, 'The restore operation is in progress.', '0016-00000701'],
  SymlinkTargetNotExist: [404, 'The symlink target object does not exist'],
  RequestTimeout: [
    400,
    'Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.',
  ],
  SecurityTokenExpired: [403, 'The security token you provided has expired.'],
} as const satisfies Record<string, readonly [number, string, string?]>;

/**
 * Creates the refusal with this code.
 * @param diagnosis its EC, if it differs from the usual one
 */
export function refusal(
  code: keyof typeof refusalTable,
  facts: OssRefusalFacts = {},
  diagnosis?: string,
): OssRefusal {
  const [status, message, ec] = refusalTable[code] as readonly [number, string, string?];
  return new OssRefusal(status, code, message, { ec: diagnosis ?? ec, facts });
}

/** 400 BadRequest: the request as a whole cannot be understood. */
export function badRequest(message: string): OssRefusal {
  return new OssRefusal(400, 'BadRequest', message);
}
