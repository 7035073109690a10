import type { Language } from '../language/language.js';

/** What to do about each error code of uploads and renditions. The meaning of a code comes from the api. */
export const remedies: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  'media.damaged': {
    en: 'Get the file again: it is incomplete or was changed in transit. A retry helps only after damaged: fail was removed from its pipeline.',
    'zh-CN': '请重新获取该文件：它不完整或在传输中被改动。仅当流水线中已去掉 damaged: fail 时，重试才有用。',
  },
  'media.unsupported': {
    en: 'Convert the file, or prevent such uploads: a ticket’s contentTypes lists the types that it accepts.',
    'zh-CN': '请转换文件格式，或不再允许上传此类文件：票据的 contentTypes 可限定类型。',
  },
  'media.type_mismatch': {
    en: 'Correct the file name and content type, and upload it again.',
    'zh-CN': '请使文件名和内容类型与实际内容一致，然后重新上传。',
  },
  'media.too_many_pixels': {
    en: 'Upload a smaller version, or raise IMAGE_MAX_PIXELS and the memory of the workers; then retry.',
    'zh-CN': '请缩小后再上传，或提高 IMAGE_MAX_PIXELS 和工作进程的内存，然后重试。',
  },
  'media.too_long': {
    en: 'Upload a shorter file, or raise VIDEO_MAX_DURATION_S and retry.',
    'zh-CN': '请上传更短的文件，或提高 VIDEO_MAX_DURATION_S，然后重试。',
  },
  'media.timed_out': {
    en: 'Retry when the workers are less busy, give them more CPU, or raise IMAGE_TIMEOUT_MS or VIDEO_TIMEOUT_MS.',
    'zh-CN': '请在工作进程较空闲时重试，或增加 CPU，或提高 IMAGE_TIMEOUT_MS 或 VIDEO_TIMEOUT_MS。',
  },
  'media.too_complex': {
    en: 'Upload a smaller or simpler file. For video and audio you can also raise VIDEO_MEMORY_MAX_BYTES and retry.',
    'zh-CN': '请上传更小或更简单的文件。对于视频和音频，也可以提高 VIDEO_MEMORY_MAX_BYTES，然后重试。',
  },
  'media.no_stream': {
    en: 'The file has nothing that can be played. Get another file.',
    'zh-CN': '其中没有可播放的内容，请获取其他文件。',
  },
  'media.encoder_failed': {
    en: 'Read the last lines of the encoder log below: they often name the setting or the part of the file that causes the failure.',
    'zh-CN': '请查看下方编码器日志的末尾，通常会指出出错的设置或文件部分。',
  },
  'media.encoder_killed': {
    en: 'Check whether the worker ran out of memory, then retry.',
    'zh-CN': '请检查工作进程是否内存不足，然后重试。',
  },
  'media.output_too_large': {
    en: 'Configure fewer or smaller renditions in the pipelines file, or raise MEDIA_SCRATCH_MAX_BYTES; then retry.',
    'zh-CN': '请在流水线文件中减少或缩小衍生文件，或提高 MEDIA_SCRATCH_MAX_BYTES，然后重试。',
  },
  'media.encoder_missing': {
    en: 'Install ffmpeg on the workers, or set FFMPEG_PATH; then retry all.',
    'zh-CN': '请在工作进程上安装 ffmpeg 或设置 FFMPEG_PATH，然后全部重试。',
  },
  'media.scratch_full': {
    en: 'Give the workers more scratch space (MEDIA_SCRATCH_DIR), then retry all.',
    'zh-CN': '请为工作进程提供更多临时空间（MEDIA_SCRATCH_DIR），然后全部重试。',
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
    en: 'Nothing to do: the object that replaced it is a separate upload.',
    'zh-CN': '无需处理：覆盖它的是另一个独立的上传。',
  },
  'object.unconfirmed': {
    en: 'The object in OSS is much older than its callback, event or ticket. Look for a forged or replayed callback, and check the clocks of api and workers.',
    'zh-CN':
      'OSS 中的对象远早于其回调、事件或票据。请检查是否为伪造或重放的回调，以及 api 和工作进程的时钟。',
  },
  'object.size_mismatch': {
    en: 'It was probably overwritten while it landed. The later upload is listed separately.',
    'zh-CN': '很可能在落地时被覆盖，后来的上传会单独列出。',
  },
  'object.empty': {
    en: 'The file is empty. Check the client that uploads it.',
    'zh-CN': '文件没有内容，请检查上传方。',
  },
  'object.encoded': {
    en: 'Upload it again without Content-Encoding.',
    'zh-CN': '请去掉 Content-Encoding 后重新上传。',
  },
  'object.too_large': {
    en: 'Upload a smaller file, or raise the limit that the message names, MEDIA_MAX_BYTES or IMAGE_MAX_BYTES, and retry.',
    'zh-CN': '请缩小后再上传，或提高错误信息中的上限（MEDIA_MAX_BYTES 或 IMAGE_MAX_BYTES），然后重试。',
  },
  'storage.unavailable': {
    en: 'Check that the workers can reach OSS, then retry all.',
    'zh-CN': '请确认工作进程能访问 OSS，然后全部重试。',
  },
  'storage.denied': {
    en: 'Grant Landfall’s access key permission to read and write in the bucket, then retry all.',
    'zh-CN': '请授予 Landfall 的访问密钥读写该存储桶的权限，然后全部重试。',
  },
  'storage.refused': {
    en: 'OSS does not allow this operation on this object: it may be archived, or protected by a bucket policy.',
    'zh-CN': 'OSS 不允许对该对象执行此操作：它可能已归档，或受存储桶策略限制。',
  },
  'ticket.missing': {
    en: 'This service requires a ticket for each upload. Have your backend issue them.',
    'zh-CN': '此处上传需要票据，请由后端为每次上传签发。',
  },
  'ticket.invalid': {
    en: 'Check whether TICKET_SECRETS were changed during uploads, or whether somebody forges tickets.',
    'zh-CN': '请检查上传期间 TICKET_SECRETS 是否被更换，或是否有人伪造票据。',
  },
  'ticket.expired': {
    en: 'Make tickets valid for longer (TICKET_LIFETIME_S), or issue them when the upload begins.',
    'zh-CN': '请延长票据有效期（TICKET_LIFETIME_S），或在上传开始时再签发。',
  },
  'ticket.used': {
    en: 'Issue a separate ticket for each upload.',
    'zh-CN': '请为每次上传单独签发票据。',
  },
  'upload.attempts_exhausted': {
    en: 'It crashed its worker several times. Check the log and the memory of the workers, then retry a single upload first.',
    'zh-CN': '它多次导致工作进程退出。请查看工作进程日志和内存，然后先重试一个。',
  },
  'upload.timed_out': {
    en: 'It was retried for a day. The message has the last error: fix its cause, then retry.',
    'zh-CN': '已重试一天。错误信息中有最后一次的错误：请排除其原因，然后重试。',
  },
  'upload.superseded': {
    en: 'Nothing to do: the same object is now a different upload.',
    'zh-CN': '无需处理：同一对象现已是另一个上传。',
  },
  'rendition.cancelled': {
    en: 'It was cancelled. Retry it if it is needed after all.',
    'zh-CN': '已被取消。如仍需要，请重试。',
  },
  'rendition.watermark_unusable': {
    en: 'Fix the watermark in the pipelines file, then retry all.',
    'zh-CN': '请修正流水线文件中的水印，然后全部重试。',
  },
  'rendition.kind_unknown': {
    en: 'Update the workers, then retry all.',
    'zh-CN': '请更新工作进程，然后全部重试。',
  },
  'rendition.unknown': {
    en: 'The pipelines file no longer defines this rendition. A retry makes those that it defines now.',
    'zh-CN': '流水线文件中已无此衍生文件。重试将按现有定义生成。',
  },
  'internal.unexpected': {
    en: 'This is a bug in Landfall or a fault of the machine. The log of the worker has the cause.',
    'zh-CN': '这是程序或机器的故障：原因见工作进程日志。',
  },
};
