namespace ImageShare.Cli.Completion;

/// <summary>
/// Scripts that let a shell complete command lines of this program. Each asks the program itself, by the directive <c>[suggest:POSITION]</c> of
/// System.CommandLine, so they fit any version of it. Options are offered after a dash only: where no fixed word fits, the shell completes file names.
/// </summary>
internal static class CompletionScripts
{
    public static readonly IReadOnlyDictionary<string, string> OfShells = new Dictionary<string, string>
    {
        ["bash"] = Bash,
        ["zsh"] = Zsh,
        ["fish"] = Fish,
        ["powershell"] = PowerShell,
    };

    private const string Bash = """
        # In ~/.bashrc: source <(imageshare completion bash)
        _imageshare() {
          local line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]} found
          found=$(imageshare "[suggest:${#line}]" "$line" 2>/dev/null)
          [[ $word == -* ]] || found=$(grep -v '^[-/]' <<< "$found")
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$found" -- "$word"))
        }
        complete -o bashdefault -o default -F _imageshare imageshare

        """;

    private const string Zsh = """
        #compdef imageshare
        # In ~/.zshrc, after compinit: source <(imageshare completion zsh)
        _imageshare() {
          local line="${(j: :)words[1,CURRENT]}"
          local -a found
          found=("${(@f)$(imageshare "[suggest:${#line}]" "$line" 2>/dev/null)}")
          [[ $PREFIX == -* ]] || found=("${(@)found:#[-/]*}")
          found=("${(@M)found:#$PREFIX*}")
          if (( $#found )) && [[ -n $found[1] ]]; then
            compadd -- "${found[@]}"
          else
            _files
          fi
        }
        compdef _imageshare imageshare

        """;

    private const string Fish = """
        # In ~/.config/fish/config.fish: imageshare completion fish | source
        function __imageshare_complete
            set -l line (commandline -cp)
            set -l word (commandline -ct)
            set -l found (imageshare "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
            if not string match -q -- '-*' "$word"
                set found (string match -rv -- '^[-/]' $found)
            end
            set found (string match -- "$word*" $found)
            if test (count $found) -gt 0
                printf '%s\n' $found
            else
                __fish_complete_path "$word"
            end
        end
        complete -c imageshare -f -a '(__imageshare_complete)'

        """;

    private const string PowerShell = """
        # In $PROFILE: imageshare completion powershell | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName imageshare -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $line = "$commandAst".PadRight($cursorPosition - $commandAst.Extent.StartOffset)
            imageshare "[suggest:$($line.Length)]" $line 2>$null |
                Where-Object { ($wordToComplete.StartsWith('-') -or $_ -notmatch '^[-/]') -and $_.StartsWith($wordToComplete) } |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }

        """;
}
