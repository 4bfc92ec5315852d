namespace ImageShare.Core.Tests.Cli;

/// <summary>Wrong command lines: status 2, and a line that names what is wrong.</summary>
[TestFixture]
[Parallelizable]
public sealed class CliUsageTests
{
    [TestCase("demo", "")]
    [TestCase("not a command", "frob")]
    [TestCase("--identity", "send picture.png sip:bob@127.0.0.1")]
    [TestCase("target", "send picture.png --identity sip:alice@ims.example")]
    [TestCase("not a SIP URI", "query bob --identity sip:alice@ims.example")]
    [TestCase("--identity", "query sip:bob@127.0.0.1 --identity alice")]
    [TestCase("--bind", "listen --identity sip:bob@ims.example --bind nowhere")]
    [TestCase("--advertise", "listen --identity sip:bob@ims.example --advertise 0.0.0.0")]
    [TestCase("--advertise", "listen --identity sip:bob@ims.example --advertise share_me.example")]
    [TestCase("--advertise", "listen --identity sip:bob@ims.example --advertise 203.0.113.5:0")]
    [TestCase("--advertise-msrp", "listen --identity sip:bob@ims.example --advertise-msrp 65536")]
    [TestCase("--msrp-port", "listen --identity sip:bob@ims.example --msrp-port -1")]
    [TestCase("--msrp-keep-alive", "listen --identity sip:bob@ims.example --msrp-keep-alive 4")]
    [TestCase("--count", "listen --identity sip:bob@ims.example --count 0")]
    [TestCase("--accept", "listen --identity sip:bob@ims.example --accept maybe")]
    [TestCase("--transport", "listen --identity sip:bob@ims.example --transport sctp")]
    [TestCase("--tls-cert", "listen --identity sip:bob@ims.example --tls-key key.pem")]
    [TestCase("no-such-file.pem", "listen --identity sip:bob@ims.example --tls-cert no-such-file.pem")]
    [TestCase("no-such-file.pem", "query sip:bob@127.0.0.1 --identity sip:alice@ims.example --tls-trust no-such-file.pem")]
    [TestCase("--tls-port", "listen --identity sip:bob@ims.example --tls-port 65536")]
    [TestCase("--profile", "listen --identity sip:bob@ims.example --profile none")]
    [TestCase("--trace", "listen --identity sip:bob@ims.example --trace /no/such/folder/trace.txt")]
    [TestCase("--max-rate", "send picture.png sip:bob@127.0.0.1 --identity sip:alice@ims.example --max-rate fast")]
    [TestCase("Select an image", "fetch sip:bob@127.0.0.1 --identity sip:alice@ims.example")]
    [TestCase("--hash", "fetch sip:bob@127.0.0.1 --identity sip:alice@ims.example --hash 1234")]
    [TestCase("--type", "fetch sip:bob@127.0.0.1 --identity sip:alice@ims.example --type png")]
    [TestCase("--size", "fetch sip:bob@127.0.0.1 --identity sip:alice@ims.example --size big")]
    [TestCase("dir", "offer --identity sip:bob@ims.example")]
    [TestCase("--count", "offer . --identity sip:bob@ims.example --count 0")]
    [TestCase("--msrp-relay", "listen --identity sip:bob@ims.example --msrp-relay msrp://relay.example;tcp --password x")]
    [TestCase("--msrp-relay", "listen --identity sip:bob@ims.example --msrp-relay msrps://relay.example;tcp")]
    [TestCase("--name-server", "query sip:bob@ims.example --identity sip:alice@ims.example --name-server ns.example")]
    [TestCase("--kind", "inspect file --kind http")]
    public async Task Wrong_usage_names_what_is_wrong(string named, string arguments)
    {
        CliResult result = await CliProcess.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.That(result.Status, Is.EqualTo(2));
        Assert.That(result.Lines, Is.Empty);
        Assert.That(result.Errors, Does.Contain(named));
        result.AssertNoStackTrace();
    }

    [TestCase("listen --exec true --identity sip:bob@ims.example", "--identity")]
    [TestCase("listen --frob --exec true --inbox=here", "--inbox=here")]
    public async Task An_option_behind_exec_is_said_to_belong_to_the_command(string arguments, string option)
    {
        CliResult result = await CliProcess.RunAsync(arguments.Split(' '));
        Assert.That(result.Status, Is.EqualTo(2));
        Assert.That(result.Errors, Does.Contain($"--exec: '{option}' belongs to the command that is run").And.Contain("give it before --exec"));
    }

    [Test]
    public async Task Help_is_no_error()
    {
        CliResult result = await CliProcess.RunAsync("send", "--help");
        Assert.That(result.Status, Is.Zero);
        Assert.That(string.Join('\n', result.Lines), Does.Contain("--max-rate"));
    }

    [TestCase("203.0.113.5", "sip:bob@203.0.113.5:{bound}")]
    [TestCase("203.0.113.5:40060", "sip:bob@203.0.113.5:40060")]
    [TestCase("share.example.net", "sip:bob@share.example.net:{bound}")]
    [TestCase("share.example.net:40060", "sip:bob@share.example.net:40060")]
    [TestCase("2001:db8::5", "sip:bob@[2001:db8::5]:{bound}")]
    [TestCase("[2001:db8::5]", "sip:bob@[2001:db8::5]:{bound}")]
    [TestCase("[2001:db8::5]:40060", "sip:bob@[2001:db8::5]:40060")]
    [Category("REG-100")]
    public async Task What_is_advertised_is_the_address_that_is_shown(string advertised, string shown)
    {
        await using CliProcess listener = CliProcess.Start("listen", "--identity", "sip:bob@ims.example", "--advertise", advertised, "--json");
        string address = (await listener.EventAsync("listening")).GetProperty("sip").GetString()!;
        Assert.That(address, Does.Match($"^{System.Text.RegularExpressions.Regex.Escape(shown).Replace("\\{bound}", "[0-9]+", StringComparison.Ordinal)}$"));
    }

    [TestCase("listen")]
    [TestCase("send")]
    public async Task The_help_names_the_options_of_a_client_behind_a_NAT(string command)
    {
        CliResult help = await CliProcess.RunAsync(command, "--help");
        string text = string.Join('\n', help.Lines);
        Assert.Multiple(() =>
        {
            foreach (string option in (string[])["--advertise <HOST[:PORT]>", "--advertise-tls", "--advertise-msrp ", "--advertise-msrps", "--msrp-port", "--msrps-port", "--msrp-keep-alive"])
            {
                Assert.That(text, Does.Contain(option));
            }
        });
    }

    [TestCase("send")]
    [TestCase("offer")]
    public async Task The_help_says_how_slow_a_sender_may_be(string command)
    {
        CliResult help = await CliProcess.RunAsync(command, "--help");
        string text = string.Join(' ', string.Join(' ', help.Lines).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.That(text, Does.Contain("less than 64 per second").And.Contain("with --timeout 12, less than 171"));
    }
}
