export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** The script that a shell reads once; it asks `ocilab completion --words` for candidates, one a line, with a tab before what it says. */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# ocilab completion for bash: source <(ocilab completion bash)
_ocilab() {
  local word line words=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    [ "$word" = "=" ] && continue
    words+=("$word")
  done
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <("\${COMP_WORDS[0]}" completion --words -- "\${words[@]}" 2>/dev/null)
}
complete -o default -F _ocilab ocilab
`,
  zsh: `#compdef ocilab
# ocilab completion for zsh: source <(ocilab completion zsh)
_ocilab() {
  local line word says
  local -a found
  while IFS= read -r line; do
    word=\${line%%$'\\t'*}
    says=\${line:\${#word}+1}
    found+=("\${word//:/\\\\:}\${says:+:$says}")
  done < <("\${words[1]}" completion --words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then _describe ocilab found; else _files; fi
}
if [ "$funcstack[1]" = _ocilab ]; then _ocilab "$@"; else compdef _ocilab ocilab; fi
`,
  fish: `# ocilab completion for fish: ocilab completion fish | source
function __ocilab_complete
  set -l words (commandline --tokenize --cut-at-cursor --current-process)
  set -l current (commandline --current-token --cut-at-cursor)
  set -l found ($words[1] completion --words -- $words[2..-1] "$current" 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path "$current"
  end
end
complete --command ocilab --no-files --arguments '(__ocilab_complete)'
`,
};
