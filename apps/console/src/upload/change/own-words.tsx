import type { Upload, UploadPatch } from '@landfall/client/browser';
import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { ProblemNote } from '../../parts/problem-note.js';
import { client } from '../../session/session.js';
import { words } from '../shown/upload-words.js';

/** Title, tags and labels, shown and editable. */
export function OwnWords({ upload, onChange }: { upload: Upload; onChange: () => void }) {
  const isEditing = useSignal(false);
  const close = () => (isEditing.value = false);
  const labels = Object.entries(upload.labels);
  return (
    <section>
      <header class="upload-section-head">
        <h2>{words.value.words}</h2>
        {!isEditing.value && upload.status !== 'deleted' && (
          <button class="secondary outline" type="button" onClick={() => (isEditing.value = true)}>
            {words.value.edit}
          </button>
        )}
      </header>
      {isEditing.value ? (
        <Editor
          upload={upload}
          onClose={close}
          onSaved={() => {
            close();
            onChange();
          }}
        />
      ) : (
        <dl class="upload-words">
          <dt>{words.value.title}</dt>
          <dd>
            <bdi>{upload.title ?? words.value.nothing}</bdi>
          </dd>
          <dt>{words.value.tagsOf}</dt>
          <dd>
            {upload.tags.length === 0 && words.value.nothing}
            {upload.tags.map((tag) => (
              <a key={tag} class="upload-tag" href={`/console/?${new URLSearchParams({ tag })}`}>
                <bdi>{tag}</bdi>
              </a>
            ))}
          </dd>
          <dt>{words.value.labelsOf}</dt>
          <dd>
            {labels.length === 0 && words.value.nothing}
            {labels.map(([name, value]) => (
              <a
                key={name}
                class="upload-tag"
                href={`/console/?${new URLSearchParams({ [`label.${name}`]: value })}`}
              >
                <bdi>
                  {name}={value}
                </bdi>
              </a>
            ))}
          </dd>
        </dl>
      )}
    </section>
  );
}

interface EditorProps {
  upload: Upload;
  onClose: () => void;
  onSaved: () => void;
}

function Editor({ upload, onClose, onSaved }: EditorProps) {
  // The values when the editor was opened: an event must not overwrite what is being typed.
  const [before] = useState(upload);
  const isBusy = useSignal(false);
  const problem = useSignal<unknown>(null);
  const save = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    isBusy.value = true;
    problem.value = null;
    try {
      await client().uploads.update(before.id, patchOf(form, before));
      onSaved();
    } catch (error) {
      problem.value = error;
      isBusy.value = false;
    }
  };
  return (
    <form onSubmit={(event) => void save(event)}>
      <label>
        {words.value.title}
        <input name="title" defaultValue={before.title ?? ''} maxLength={255} dir="auto" />
      </label>
      <label>
        {words.value.tags}
        <textarea name="tags" rows={3} dir="auto" defaultValue={before.tags.join('\n')} />
      </label>
      <label>
        {words.value.labels}
        <textarea
          name="labels"
          rows={3}
          dir="auto"
          defaultValue={Object.entries(before.labels)
            .map(([name, value]) => `${name}=${value}`)
            .join('\n')}
        />
      </label>
      {problem.value !== null && <ProblemNote problem={problem.value} />}
      <div class="actions">
        <button type="submit" aria-busy={isBusy.value} disabled={isBusy.value}>
          {words.value.save}
        </button>
        <button class="secondary" type="button" onClick={onClose}>
          {words.value.stop}
        </button>
      </div>
    </form>
  );
}

/**
 * Contains only what was edited, since the rest may have been changed elsewhere meanwhile. Removed labels are null.
 */
function patchOf(form: FormData, before: Upload): UploadPatch {
  const text = (name: string) => String(form.get(name) ?? '');
  const lines = (name: string) =>
    text(name)
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '');
  const shown = Object.fromEntries(
    lines('labels').map((line): [string, string] => {
      const at = line.indexOf('=');
      if (at < 1) throw new Error(words.value.badLabel(line));
      return [line.slice(0, at).trim(), line.slice(at + 1)];
    }),
  );
  const labels: Record<string, string | null> = Object.fromEntries(
    Object.entries(shown).filter(([name, value]) => before.labels[name] !== value),
  );
  for (const name of Object.keys(before.labels)) if (!Object.hasOwn(shown, name)) labels[name] = null;
  const tags = lines('tags').map((line) => line.trim());
  const title = text('title').trim() || null;
  return {
    ...(title === before.title ? {} : { title }),
    ...(JSON.stringify(tags) === JSON.stringify(before.tags) ? {} : { tags }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
  };
}
