import { inLanguages } from './language/language.js';

/** The texts shared by all pages. */
export const words = inLanguages({
  en: {
    uploads: 'Uploads',
    upload: 'Upload',
    failures: 'Failures',
    pipelines: 'Pipelines',
    operations: 'Operations',
    pages: 'Pages',
    toContent: 'Skip to content',
    language: 'Language',
    logOut: 'Log out',
    noSuchPage: 'Page not found',
    toUploads: 'Go to all uploads',
  },
  'zh-CN': {
    uploads: '文件',
    upload: '上传',
    failures: '失败',
    pipelines: '流水线',
    operations: '运维',
    pages: '页面',
    toContent: '跳到正文',
    language: '语言',
    logOut: '退出登录',
    noSuchPage: '页面不存在',
    toUploads: '查看全部文件',
  },
});
