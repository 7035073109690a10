import type { Language } from '../language/language.js';

/** What to do about each error code of uploads and renditions. The meaning of a code comes from the api. */
export const remedies: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  'media.damaged': {
    en: 'Ask for the file again: it is cut off or was changed on its way. Trying again helps only if it was overwritten since, or if `damaged: fail` was taken out of its pipeline.',
    'zh-CN':
      '请重新获取该文件：它不完整或在传输中被改动。仅当文件已被覆盖，或流水线中去掉了 damaged: fail 时，重试才有用。',
  },
  'media.unsupported': {
    en: 'Convert the file, or let no such files be uploaded: contentTypes of a ticket says which are taken.',
    'zh-CN': '请转换文件格式，或不再允许上传此类文件：票据的 contentTypes 可限定类型。',
  },
  'media.type_mismatch': {
    en: 'Give the file the name and content type of what it is, and upload it again.',
    'zh-CN': '请使文件名和内容类型与实际内容一致，然后重新上传。',
  },
  'media.too_many_pixels': {
    en: 'Upload it smaller, or raise IMAGE_MAX_PIXELS of the workers, which need memory for it; then try again.',
    'zh-CN': '请缩小后再上传，或提高 worker 的 IMAGE_MAX_PIXELS（需要更多内存），然后重试。',
  },
  'media.too_long': {
    en: 'Upload a shorter one, or raise the longest duration that the workers accept; then try again.',
    'zh-CN': '请上传更短的文件，或提高 worker 接受的最长时长，然后重试。',
  },
  'media.timed_out': {
    en: 'Try again when the workers have less to do, or give them more time or more processors.',
    'zh-CN': '请在 worker 较空闲时重试，或为其提供更多时间或处理器。',
  },
  'media.too_complex': {
    en: 'Save the file in a simpler way, or give the decoders more memory; then try again.',
    'zh-CN': '请以更简单的方式保存文件，或为解码器提供更多内存，然后重试。',
  },
  'media.no_stream': {
    en: 'There is nothing to play in it. Ask for another file.',
    'zh-CN': '其中没有可播放的内容，请获取其他文件。',
  },
  'media.encoder_failed': {
    en: 'Read the last lines of the encoder below. They often name the part of the file, or the setting, that it stumbles over.',
    'zh-CN': '请查看下方编码器的最后几行输出，通常会指出出错的文件部分或设置。',
  },
  'media.encoder_killed': {
    en: 'Look for a lack of memory on the worker; then try again.',
    'zh-CN': '请检查 worker 是否内存不足，然后重试。',
  },
  'media.output_too_large': {
    en: 'Ask for fewer or smaller renditions in the pipelines file, or raise the limit; then try again.',
    'zh-CN': '请在流水线文件中减少或缩小衍生文件，或提高上限，然后重试。',
  },
  'media.encoder_missing': {
    en: 'Install ffmpeg on the workers, or set FFMPEG_PATH; then try all again.',
    'zh-CN': '请在 worker 上安装 ffmpeg 或设置 FFMPEG_PATH，然后全部重试。',
  },
  'media.scratch_full': {
    en: 'Give the workers more scratch space (MEDIA_SCRATCH_DIR); then try all again.',
    'zh-CN': '请为 worker 提供更多临时空间（MEDIA_SCRATCH_DIR），然后全部重试。',
  },
  'object.missing': {
    en: 'The object is gone from the bucket. Upload it again.',
    'zh-CN': '对象已不在存储桶中，请重新上传。',
  },
  'object.removed': {
    en: 'The object is gone from the bucket. Upload it again.',
    'zh-CN': '对象已不在存储桶中，请重新上传。',
  },
  'object.changed': {
    en: 'Nothing: what overwrote it is an upload of its own.',
    'zh-CN': '无需处理：覆盖它的是另一个独立的上传。',
  },
  'object.unconfirmed': {
    en: 'Nobody vouches for it, and OSS has no such object of that time. Look for a forged or a very late callback.',
    'zh-CN': '无人为其担保，且 OSS 当时没有该对象。请检查是否为伪造或严重延迟的回调。',
  },
  'object.size_mismatch': {
    en: 'It was overwritten while it landed, most likely. The later upload is listed on its own.',
    'zh-CN': '很可能在落地时被覆盖，后来的上传会单独列出。',
  },
  'object.empty': {
    en: 'The file has no bytes. Look at what uploads it.',
    'zh-CN': '文件没有内容，请检查上传方。',
  },
  'object.encoded': {
    en: 'Upload it without Content-Encoding.',
    'zh-CN': '请在不带 Content-Encoding 的情况下上传。',
  },
  'object.too_large': {
    en: 'Upload it smaller, or raise the largest size that the workers accept; then try again.',
    'zh-CN': '请缩小后再上传，或提高 worker 接受的最大体积，然后重试。',
  },
  'storage.unavailable': {
    en: 'Check that the workers reach OSS; then try all again.',
    'zh-CN': '请确认 worker 能访问 OSS，然后全部重试。',
  },
  'storage.denied': {
    en: 'Give the access key of Landfall the right to read and write in the bucket; then try all again.',
    'zh-CN': '请授予 Landfall 的访问密钥读写该存储桶的权限，然后全部重试。',
  },
  'storage.refused': {
    en: 'OSS does not allow this with this object: it may be archived, or held by a policy of the bucket.',
    'zh-CN': 'OSS 不允许对该对象执行此操作：它可能已归档，或受存储桶策略限制。',
  },
  'ticket.missing': {
    en: 'Uploads need a ticket here. Let your backend issue one for each.',
    'zh-CN': '此处上传需要票据，请由后端为每次上传签发。',
  },
  'ticket.invalid': {
    en: 'Look whether TICKET_SECRETS were changed while uploads ran, or who makes tickets of his own.',
    'zh-CN': '请检查上传期间 TICKET_SECRETS 是否被更换，或是否有人自造票据。',
  },
  'ticket.expired': {
    en: 'Let tickets live longer (TICKET_LIFETIME_S), or issue them when the upload begins.',
    'zh-CN': '请延长票据有效期（TICKET_LIFETIME_S），或在上传开始时再签发。',
  },
  'ticket.used': {
    en: 'Issue a ticket for each upload.',
    'zh-CN': '请为每次上传单独签发票据。',
  },
  'upload.attempts_exhausted': {
    en: 'It ended its worker several times. Look at the log of the workers and at their memory, then try one again.',
    'zh-CN': '它多次导致 worker 退出。请查看 worker 日志和内存，然后先重试一个。',
  },
  'upload.timed_out': {
    en: 'Try again when the workers have less to do, or let uploads take longer.',
    'zh-CN': '请在 worker 较空闲时重试，或允许更长的处理时间。',
  },
  'upload.superseded': {
    en: 'Nothing: the same object is another upload by now.',
    'zh-CN': '无需处理：同一对象现已是另一个上传。',
  },
  'rendition.cancelled': {
    en: 'Somebody cancelled it. Try again if it is wanted after all.',
    'zh-CN': '已被取消。如仍需要，请重试。',
  },
  'rendition.watermark_unusable': {
    en: 'Mend the watermark of the pipelines file; then try all again.',
    'zh-CN': '请修正流水线文件中的水印，然后全部重试。',
  },
  'rendition.kind_unknown': {
    en: 'Update the workers; then try all again.',
    'zh-CN': '请更新 worker，然后全部重试。',
  },
  'rendition.unknown': {
    en: 'The pipelines file has no such rendition any more. Try again makes what it has now.',
    'zh-CN': '流水线文件中已无此衍生文件。重试将按现有定义生成。',
  },
  'internal.unexpected': {
    en: 'This is a fault of ours or of the machine: the log of the worker has the reason.',
    'zh-CN': '这是程序或机器的故障：原因见 worker 日志。',
  },
};
