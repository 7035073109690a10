import type { WebhookWithSecret } from '@landfall/client/browser';
import { useRef, useState } from 'preact/hooks';
import { Dialog } from './dialog.js';
import { words } from './words.js';

/** Shows the secret or public key of a webhook. It is not stored and cannot be shown again. */
export function SecretDialog({ webhook, onClose }: { webhook: WebhookWithSecret; onClose: () => void }) {
  const { secret, signatures } = webhook;
  return (
    <Dialog title={words.value.secretTitle} onClose={onClose}>
      <p>{words.value.secretText}</p>
      <Copied
        name={secret === null ? words.value.publicKey : words.value.secret}
        text={secret ?? signatures[0]?.publicKey ?? ''}
      />
      <footer class="ops-buttons">
        <button type="button" onClick={onClose}>
          {words.value.close}
        </button>
      </footer>
    </Dialog>
  );
}

/** A text to copy. */
function Copied({ name, text }: { name: string; text: string }) {
  const field = useRef<HTMLInputElement>(null);
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    field.current?.select();
    // Where the page may not write to the clipboard, the selected text can be copied by hand.
    await navigator.clipboard?.writeText(text).then(
      () => setIsCopied(true),
      () => setIsCopied(false),
    );
  };
  return (
    <>
      <label>
        {name}
        <input ref={field} class="ops-secret" readOnly value={text} autocomplete="off" spellcheck={false} />
      </label>
      <div class="ops-buttons">
        <output>{isCopied ? words.value.copied : ''}</output>
        <button type="button" class="secondary" onClick={copy}>
          {words.value.copy}
        </button>
      </div>
    </>
  );
}
