import { Landfall, uploadWithTicket } from '@landfall/client/browser';

const form = document.querySelector('form');
const bar = document.querySelector('progress');
const status = document.querySelector('[role=status]');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const [file] = form.elements.namedItem('file').files;
  try {
    await upload(file);
  } catch (error) {
    status.textContent = `${error.name}: ${error.message}`;
  }
});

/** Uploads a file straight to OSS, shows how far it is, then what becomes of it. */
async function upload(file) {
  status.textContent = 'uploading';
  const { ticket, apiUrl, token, cursor } = await askForTicket(file);
  // From where the log was when the ticket was issued: nothing is missed, however long the upload takes.
  const landfall = new Landfall({ baseUrl: apiUrl, token });
  const events = landfall.events.stream({ after: cursor, signal: AbortSignal.timeout(600_000) });
  const { callbackFailed } = await uploadWithTicket(file, ticket, {
    onProgress: ({ sentBytes, totalBytes }) => (bar.value = sentBytes / totalBytes),
  });
  status.textContent = callbackFailed
    ? 'stored; the callback failed, so Landfall will find the object by its ticket'
    : 'stored';
  for await (const { type, uploadId, data } of events) {
    show(type, data.rendition?.name);
    status.textContent = data.upload.status;
    if (type === 'upload.ready') return showPictures(await landfall.uploads.get(uploadId));
    if (type === 'upload.failed') throw new Error(data.upload.error.message);
    if (type === 'upload.ignored') return;
  }
}

async function askForTicket({ name, type }) {
  const answer = await fetch('/tickets', {
    method: 'POST',
    body: JSON.stringify({ fileName: name, contentType: type }),
  });
  if (!answer.ok) throw new Error(`cannot get a ticket: HTTP ${answer.status}`);
  return answer.json();
}

function show(type, name = '') {
  const line = document.createElement('li');
  line.textContent = `${type} ${name}`;
  document.querySelector('ol').append(line);
}

function showPictures({ renditions }) {
  for (const { name, mimeType, url } of renditions.filter((one) => one.mimeType?.startsWith('image/'))) {
    const picture = new Image();
    picture.src = url;
    picture.alt = `${name} ${mimeType}`;
    document.querySelector('#pictures').append(picture);
  }
}
