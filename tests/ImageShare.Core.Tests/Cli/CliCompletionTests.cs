using System.Diagnostics;

namespace ImageShare.Core.Tests.Cli;

/// <summary><c>imageshare completion</c>: the words a shell is offered.</summary>
[TestFixture]
[Category("Cli")]
public sealed class CliCompletionTests
{
    [TestCase("bash", "complete ")]
    [TestCase("zsh", "compdef _imageshare imageshare")]
    [TestCase("fish", "complete -c imageshare")]
    [TestCase("powershell", "Register-ArgumentCompleter")]
    public async Task Each_shell_has_a_script_that_says_where_it_goes(string shell, string words)
    {
        CliResult script = await CliProcess.RunAsync("completion", shell);
        Assert.That(script.Status, Is.Zero, script.Errors);
        Assert.That(string.Join('\n', script.Lines), Does.Contain(words).And.Contain($"imageshare completion {shell}"));
    }

    [Test]
    public async Task Other_shells_are_named_as_unknown()
    {
        CliResult script = await CliProcess.RunAsync("completion", "tcsh");
        Assert.That(script.Status, Is.EqualTo(2));
        Assert.That(script.Errors, Does.Contain("'tcsh' is not one of bash, zsh, fish, powershell."));
    }

    [TestCase("imageshare se", ExpectedResult = "send")]
    [TestCase("imageshare send --str", ExpectedResult = "--strip-metadata")]
    [TestCase("imageshare send photo", ExpectedResult = "", Description = "The shell's file names.")]
    [TestCase("imageshare listen --accept ", ExpectedResult = "ask auto never")]
    [TestCase("imageshare query --profile R", ExpectedResult = "Rcs2 RcsE Rfc5547")]
    [TestCase("imageshare completion ", ExpectedResult = "bash fish powershell zsh")]
    public async Task<string> Bash_offers_the_words_that_fit(string line)
    {
        const string Script = """
            program=("${@:2}")
            imageshare() { "${program[@]}" "$@"; }
            source <(imageshare completion bash)
            COMP_LINE=$1
            COMP_POINT=${#1}
            read -ra COMP_WORDS <<< "$1"
            [[ $1 == *' ' ]] && COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _imageshare
            printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | xargs
            """;
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("There is no bash here.");
        }

        using Process bash = Process.Start(new ProcessStartInfo("bash", ["-c", Script, "bash", line, .. CliProcess.Command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = bash.StandardError.ReadToEndAsync();
        string offered = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        Assert.That(await errors, Is.Empty);
        return offered.Trim();
    }
}
