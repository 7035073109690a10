/** A chosen file and its path within the selection. */
export interface ChosenFile {
  readonly file: File;
  readonly path: string;
}

/** Limit of files per selection, since they are held in memory and rendered. */
export const chosenMax = 10_000;
/** One more is read, which tells that there are more. */
const readMax = chosenMax + 1;

/** The files of an input; those of a folder input include their paths. */
export function filesOfInput(list: FileList): ChosenFile[] {
  return [...list].slice(0, readMax).map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/** The files of the clipboard, such as a screenshot. They all have the same name, so a timestamp is added. */
export function filesOfPaste(list: FileList): ChosenFile[] {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  return [...list].map((file, index) => {
    const [, extension = ''] = /(\.\w{1,8})$/.exec(file.name) ?? [];
    const name = `pasted-${time}${index === 0 ? '' : `-${index + 1}`}${extension}`;
    return { file: new File([file], name, { type: file.type }), path: name };
  });
}

/**
 * The files of a drop, including those in folders. The dropped items are readable only during the event handler, so
 * the entries are taken before the first await.
 */
export async function filesOfDrop({ items }: DataTransfer): Promise<ChosenFile[]> {
  const dropped = [...items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found: ChosenFile[] = [];
  for (const { entry, file } of dropped)
    if (entry?.isDirectory) await readFolder(entry as FileSystemDirectoryEntry, found);
    else if (file && found.length < readMax) found.push({ file, path: file.name });
  return found;
}

async function readFolder(root: FileSystemDirectoryEntry, found: ChosenFile[]): Promise<void> {
  const folders = [root];
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    const reader = folder.createReader();
    // Returns about a hundred entries at a time, and none at the end.
    for (let entries = await readEntries(reader); entries.length > 0; entries = await readEntries(reader))
      for (const entry of entries) {
        if (found.length >= readMax) return;
        if (entry.isDirectory) folders.push(entry as FileSystemDirectoryEntry);
        else
          found.push({ file: await readFile(entry as FileSystemFileEntry), path: entry.fullPath.slice(1) });
      }
  }
}

function readEntries(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => {
    reader.readEntries(resolve, reject);
  });
}

function readFile(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });
}
