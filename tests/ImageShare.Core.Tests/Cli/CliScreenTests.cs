using System.Diagnostics;
using System.Text.RegularExpressions;
using ImageShare.Core.Tests.Images;

namespace ImageShare.Core.Tests.Cli;

/// <summary>What the program shows on a terminal: its width, its characters, its colours. <c>script</c> of util-linux is the terminal.</summary>
[TestFixture]
[Category("Cli")]
[Platform("Linux")]
public sealed partial class CliScreenTests
{
    private const char Block = '▀';

    private Folder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new Folder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase(60)]
    [TestCase(80)]
    [TestCase(200)]
    public async Task No_line_of_a_ladder_is_wider_than_the_terminal(int columns)
    {
        string trace = Path.Combine(_folder.Path, "trace.txt");
        await CliProcess.RunAsync("demo", "--trace", trace);
        string[] ladder = await ShowAsync(columns, ["LANG=C.UTF-8", "TERM=xterm"], "ladder", trace);
        string[] demo = await ShowAsync(columns, ["LANG=C.UTF-8", "TERM=dumb"], "demo");
        Assert.Multiple(() =>
        {
            Assert.That(ladder, Has.Some.Contains("INVITE").And.Some.Contains("200 OK"));
            Assert.That(ladder.Select(static line => line.Length), Is.All.LessThan(columns));
            Assert.That(ladder.Where(static line => line.Contains('│', StringComparison.Ordinal)), Is.All.Match("│.*│  (TCP|UDP)"), "No line is broken.");
            Assert.That(demo.Where(static line => line.Contains('│', StringComparison.Ordinal)), Is.All.Match("│.*│"));
        });
    }

    [TestCase(60)]
    [TestCase(80)]
    public async Task What_the_doctor_finds_stands_right_of_its_steps(int columns)
    {
        string[] lines = await ShowAsync(columns, ["LANG=C.UTF-8", "TERM=xterm"], "doctor", "sip:bob@127.0.0.1:1", "--identity", "sip:alice@ims.example", "--bind", "127.0.0.1:0", "--timeout", "2");
        string[] steps = [.. lines.SkipWhile(static line => !line.StartsWith("ok", StringComparison.Ordinal)).Where(static line => line.Length > 0)];
        Assert.Multiple(() =>
        {
            Assert.That(lines.Select(static line => line.Length), Is.All.LessThanOrEqualTo(columns));
            Assert.That(steps, Has.Some.StartsWith("FAIL").And.Some.StartsWith("                   -> ").And.Some.StartsWith("                      "), "An advice of several lines.");
            Assert.That(steps, Is.All.Match("^((ok  |-   |note|[?]   |FAIL) [a-z]| {19}[^ ]| {22}[^ ]|Querying|minute|half|may|A share will)"));
        });
    }

    [TestCase(60)]
    [TestCase(80)]
    public async Task A_long_value_goes_on_below_its_first_line(int columns)
    {
        const string Tag = "+g.3gpp.app_ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"";
        string file = Path.Combine(_folder.Outer, "options.bin");
        await File.WriteAllTextAsync(
            file,
            "OPTIONS sip:bob@ims.example SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK7a6b5c4d3e\r\nMax-Forwards: 70\r\nFrom: <sip:alice@ims.example>;tag=0a1b2c3d\r\n"
            + $"To: <sip:bob@ims.example>\r\nCall-ID: 8f7e6d5c4b3a\r\nCSeq: 1 OPTIONS\r\nContact: <sip:alice@127.0.0.1:5060>;{Tag};{Tag};{Tag};{Tag};{Tag}\r\nContent-Length: 0\r\n\r\n");
        string[] lines = await ShowAsync(columns, ["LANG=C.UTF-8", "TERM=xterm"], "inspect", file);
        string[] contact = [.. lines.SkipWhile(static line => !line.Contains("Contact ", StringComparison.Ordinal)).TakeWhile(static line => !line.Contains("Content-Length", StringComparison.Ordinal))];
        CliResult piped = await CliProcess.RunAsync("inspect", file);
        Assert.Multiple(() =>
        {
            Assert.That(lines.Select(static line => line.Length), Is.All.LessThan(columns));
            Assert.That(contact, Has.Length.InRange(6, 12));
            Assert.That(contact.Skip(1), Is.All.Match("^ {20}[^ ]"), "Below the value, not below the name.");
            Assert.That(string.Concat(contact.Select(static line => line[20..])), Is.EqualTo($"<sip:alice@127.0.0.1:5060>;{Tag};{Tag};{Tag};{Tag};{Tag}"));
            Assert.That(piped.Lines, Has.Some.EndsWith($"  <sip:alice@127.0.0.1:5060>;{Tag};{Tag};{Tag};{Tag};{Tag}"), "One line for a program.");
        });
    }

    [TestCase("send", 60)]
    [TestCase("listen", 60)]
    [TestCase("listen", 80)]
    [TestCase("doctor", 50)]
    public async Task No_line_of_the_help_is_wider_than_the_terminal(string command, int columns)
    {
        string[] lines = await ShowAsync(columns, ["LANG=C.UTF-8", "TERM=xterm"], command, "--help");
        Assert.That(lines.Select(static line => line.Length), Is.All.LessThan(columns));
        string example = string.Join(' ', lines.SkipWhile(static line => !line.StartsWith("Example", StringComparison.Ordinal)).Skip(1).TakeWhile(static line => line.StartsWith(' ')).Select(static line => line.Trim()));
        Assert.That(example.Replace(" \\ ", " ", StringComparison.Ordinal), Does.Contain($"$ imageshare {command} ").And.Contain(" --identity sip:"), "A shell reads it as one line.");
    }

    [Test]
    public async Task A_terminal_without_UTF_8_gets_ASCII()
    {
        string[] lines = await ShowAsync(80, ["LANG=C", "LC_ALL=", "LC_CTYPE=", "TERM=xterm-256color", "COLORTERM=truecolor"], "demo");
        string all = string.Concat(lines);
        Assert.That(all, Does.Contain("|-- INVITE ").And.Contain("->|").And.Contain("200 OK --|"));
        Assert.That(all.Where(static c => c > '~'), Is.Empty);
    }

    [TestCase("COLORTERM=truecolor", true)]
    [TestCase("TERM=xterm-256color", true)]
    [TestCase("TERM=xterm", false)]
    [TestCase("COLORTERM=truecolor NO_COLOR=1", false)]
    [TestCase("COLORTERM=truecolor TERM=dumb", false)]
    public async Task The_received_picture_is_shown_where_there_are_colours(string environment, bool isShown)
    {
        string[] lines = await ShowAsync(60, ["LANG=C.UTF-8", "NO_COLOR=", "COLORTERM=", "TERM=xterm", .. environment.Split(' ')], "demo");
        string[] picture = [.. lines.Where(static line => line.Contains(Block, StringComparison.Ordinal))];
        Assert.That(picture, isShown ? Has.Length.InRange(5, 40) : Is.Empty);
        Assert.That(picture.Select(static line => line.Length), Is.All.LessThan(60));
    }

    [TestCase("\e_Gi=31;OK\e\\\e[6;20;10t\e[?62;c", "auto", "\e_Ga=T,")]
    [TestCase("\e[6;20;10t\e[?62;4c", "auto", "\eP0;1q")]
    [TestCase("\e[?6c", "auto", "▀")]
    [TestCase("\e[?6c", "sixel", "\eP0;1q")]
    public async Task A_terminal_is_asked_what_it_can_show_and_its_answer_is_not_left_for_others(string answer, string option, string shown)
    {
        using Process terminal = Start(80, ["LANG=C.UTF-8", "NO_COLOR=", "TERM=xterm-256color"], "stty -a; head -c 3", "demo", "--pictures", option);
        var screen = new System.Text.StringBuilder();
        while (!screen.ToString().Contains("\e[c", StringComparison.Ordinal))
        {
            screen.Append((char)terminal.StandardOutput.Read());
        }

        await terminal.StandardInput.WriteAsync(answer);
        await terminal.StandardInput.FlushAsync();
        while (!screen.ToString().Contains("-echoprt", StringComparison.Ordinal))
        {
            screen.Append((char)terminal.StandardOutput.Read());
        }

        await terminal.StandardInput.WriteAsync("yes\n");
        await terminal.StandardInput.FlushAsync();
        string all = screen + await terminal.StandardOutput.ReadToEndAsync();
        await terminal.WaitForExitAsync();
        Assert.Multiple(() =>
        {
            Assert.That(all, Does.Contain(shown));
            Assert.That(all, Does.Contain(" icanon").And.Contain(" echo "), "As it was before.");
            Assert.That(all.TrimEnd(), Does.EndWith("yes"), "What was read after the program is what was typed after it.");
            Assert.That(all, Does.Not.Contain("^["), "The answer is not echoed.");
        });
    }

    [Test]
    public async Task An_error_breaks_between_words()
    {
        string[] lines = await ShowAsync(50, ["LANG=C.UTF-8", "TERM=xterm"], "ladder", "no-such-file-of-this-name.pcapng");
        Assert.That(lines, Has.Length.GreaterThan(1));
        Assert.That(lines.Select(static line => line.Length), Is.All.LessThanOrEqualTo(50));
        Assert.That(string.Join(' ', lines.Select(static line => line.Trim())), Does.Contain("Could not find file"));
    }

    private async Task<string[]> ShowAsync(int columns, string[] environment, params string[] arguments)
    {
        using Process terminal = Start(columns, environment, "true", arguments);
        string screen = await terminal.StandardOutput.ReadToEndAsync();
        await terminal.WaitForExitAsync();
        return [.. Escape().Replace(screen, string.Empty).Split('\n').Select(static line => line.TrimEnd('\r')).Where(static line => line.Length > 0)];
    }

    private Process Start(int columns, string[] environment, string then, params string[] arguments)
    {
        string command = string.Join(' ', ((string[])[.. CliProcess.Command, .. arguments]).Select(static word => $"'{word}'"));
        var start = new ProcessStartInfo("script", ["-qec", $"stty cols {columns} rows 40; {command}; {then}", Path.Combine(_folder.Outer, "typescript")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        foreach (string[] variable in environment.Select(static v => v.Split('=')))
        {
            start.Environment[variable[0]] = variable[1];
        }

        return Process.Start(start)!;
    }

    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]|\e[=>]|\e_[^\e]*\e\\")]
    private static partial Regex Escape();
}
