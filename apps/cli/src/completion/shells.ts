/** The shells that have completion. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/**
 * Scripts that a shell evaluates to complete `landfall`. They call the command itself, so they need no update with a
 * new version.
 */
export const completionScripts: Readonly<Record<(typeof shells)[number], string>> = {
  bash: String.raw`_landfall() {
  local IFS=$'\n'
  COMPREPLY=($(landfall complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f 1))
}
complete -o default -F _landfall landfall`.replaceAll('\\$', '$'),
  zsh: String.raw`#compdef landfall
_landfall() {
  local line
  local -a suggestions
  for line in "\${(@f)$(landfall complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] && suggestions+=("\${\${line%%$'\t'*}//:/\\:}:\${line#*$'\t'}")
  done
  if (( $#suggestions )); then _describe landfall suggestions; else _files; fi
}
compdef _landfall landfall`.replaceAll('\\$', '$'),
  fish: `complete -c landfall -a '(landfall complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};
