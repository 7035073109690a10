import { client } from '../session/session.js';
import { useLoaded } from '../parts/use-loaded.js';
import { pipeline, type Var, vars, varsMax } from './options.js';
import { words } from './words.js';

/** The pipeline and vars for the files chosen next. */
export function OptionsForm() {
  // Only suggestions; without them the name can still be typed.
  const { value: file } = useLoaded((signal) => client().pipelines.get({ signal }), []);
  const change = (index: number, part: Partial<Var>) => {
    vars.value = vars.value.map((one, place) => (place === index ? { ...one, ...part } : one));
  };
  return (
    <details class="uploading-options">
      <summary>{words.value.options}</summary>
      <p>
        <small>{words.value.optionsHint}</small>
      </p>
      <label>
        {words.value.pipeline}
        <input
          value={pipeline.value}
          maxLength={63}
          autocomplete="off"
          spellcheck={false}
          list="pipelines-in-force"
          aria-describedby="pipeline-hint"
          onInput={({ currentTarget }) => {
            pipeline.value = currentTarget.value;
          }}
        />
        <small id="pipeline-hint">{words.value.pipelineHint}</small>
      </label>
      <datalist id="pipelines-in-force">
        {file?.pipelines.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </datalist>
      <fieldset>
        <legend>{words.value.vars}</legend>
        {vars.value.map((one, index) => (
          // eslint-disable-next-line react/no-array-index-key -- its position identifies a var while its name is being typed
          <div class="uploading-var" key={index}>
            <input
              aria-label={words.value.varName(index + 1)}
              placeholder={words.value.name}
              value={one.name}
              maxLength={63}
              pattern="[a-z][a-z0-9_\-]*"
              autocomplete="off"
              spellcheck={false}
              onInput={({ currentTarget }) => change(index, { name: currentTarget.value })}
            />
            <input
              aria-label={words.value.varValue(index + 1)}
              placeholder={words.value.value}
              value={one.value}
              maxLength={512}
              autocomplete="off"
              onInput={({ currentTarget }) => change(index, { value: currentTarget.value })}
            />
            <button
              class="quiet"
              type="button"
              aria-label={words.value.removeVar(index + 1)}
              onClick={() => {
                vars.value = vars.value.filter((_, place) => place !== index);
              }}
            >
              ×
            </button>
          </div>
        ))}
        <button
          class="secondary outline"
          type="button"
          disabled={vars.value.length >= varsMax}
          onClick={() => {
            vars.value = [...vars.value, { name: '', value: '' }];
          }}
        >
          {words.value.addVar}
        </button>
      </fieldset>
    </details>
  );
}
