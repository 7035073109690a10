import { inLanguages } from '../language/language.js';

const words = inLanguages({
  en: {
    stored: 'stored',
    processing: 'processing',
    ready: 'ready',
    failed: 'failed',
    ignored: 'ignored',
    deleted: 'deleted',
    pending: 'pending',
  },
  'zh-CN': {
    stored: '已存储',
    processing: '处理中',
    ready: '就绪',
    failed: '失败',
    ignored: '已忽略',
    deleted: '已删除',
    pending: '等待中',
  },
});

export type Status = keyof typeof words.value;

export const statusWord = (status: Status): string => words.value[status];

/** The status of an upload or rendition, indicated by colour and text. */
export function StatusMark({ status }: { status: Status }) {
  return <span class={`status status-${status}`}>{statusWord(status)}</span>;
}
