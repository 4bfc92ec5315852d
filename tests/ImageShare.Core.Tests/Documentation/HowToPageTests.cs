using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>What the pages under docs/howto show does what they say.</summary>
[TestFixture]
public sealed partial class HowToPageTests
{
    private readonly Folder _folder = new();

    [OneTimeTearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public async Task The_lines_on_a_proxy_send_everything_to_it()
    {
        var network = new InMemoryNetwork { Names = { ["proxy.ims.example"] = [IPAddress.Loopback] } };
        var reached = new TaskCompletionSource<IPEndPoint>(TaskCreationOptions.RunContinuationsAsynchronously);
        network.ConnectFilter = to =>
        {
            reached.TrySetResult(to);
            return false;
        };
        await using ImageShareClient client = await ImageShareClient.StartAsync(HowToSnippets.BehindProxy("secret") with { Network = network });
        ImageShareException? e = await Assert.CatchAsync<ImageShareException>(() => client.QueryCapabilitiesAsync(SipUri.Parse("sip:bob@elsewhere.example")));
        Assert.That(e!.Error, Is.EqualTo(ImageShareError.PeerUnreachable));
        Assert.That(await reached.Task.WaitAsync(SharePair.Patience), Is.EqualTo(new IPEndPoint(IPAddress.Loopback, 5060)));
    }

    [Test]
    public async Task The_commands_on_TLS_make_a_certificate_with_which_the_lines_share()
    {
        foreach (string command in OpenSsl().Matches(await File.ReadAllTextAsync(Repository.File("docs", "howto", "tls.md"))).Select(static m => m.Groups[1].Value))
        {
            await RunAsync(command);
        }

        ImageShareOptions options = HowToSnippets.WithTls(_folder.Path);
        await using ImageShareClient bob = await ImageShareClient.StartAsync(options);
        await using ImageShareClient alice = await ImageShareClient.StartAsync(options with { Identity = SipUri.Parse("sip:alice@ims.example") });
        await using ImageShareSession session = await alice.ShareAsync(bob.Address, SharePair.Image(TestImage.Png(100_000)));
        await foreach (ImageShareInvitation invitation in bob.Invitations)
        {
            await invitation.AcceptAsync(ImageStore.InMemory());
            break;
        }

        Assert.That((await session.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
        Assert.That(bob.Address.ToString(), Does.EndWith("transport=tls"));
    }

    [Test]
    public async Task The_store_of_the_page_gets_the_whole_image_and_nothing_of_a_broken_one()
    {
        await using SharePair pair = await SharePair.StartAsync();
        Dictionary<string, byte[]> blobs = [];
        byte[] cat = TestImage.Png(100_000);
        await using (ImageShareSession session = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(cat, "../cat.png")))
        {
            ImageShareInvitation invitation = await pair.NextInvitationAsync();
            await using ImageShareSession received = await invitation.AcceptAsync(new HowToSnippets.BlobStore(blobs));
            Assert.That((await received.Completion.WaitAsync(SharePair.Patience)).IsVerified, Is.True);
        }

        Assert.That(blobs.Single().Key, Is.EqualTo("cat.png"));
        Assert.That(blobs.Single().Value, Is.EqualTo(cat));
        blobs.Clear();
        await using (ImageShareSession session = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(cat), new ShareSettings { MaxBytesPerSecond = 50_000 }))
        {
            ImageShareInvitation invitation = await pair.NextInvitationAsync();
            await using ImageShareSession received = await invitation.AcceptAsync(new HowToSnippets.BlobStore(blobs));
            await received.CancelAsync();
        }

        Assert.That(blobs, Is.Empty);
    }

    [Test]
    public void The_folder_of_the_page_refuses_what_is_no_image() => Assert.That(
        async () => await HowToSnippets.Folder(_folder.Path).CreateAsync(new IncomingImage { SuggestedName = "a.pdf", Type = new MediaType("application", "pdf") }),
        Throws.TypeOf<ImageShareException>().With.Property(nameof(ImageShareException.Error)).EqualTo(ImageShareError.TypeNotAccepted));

    [Test]
    public async Task The_lines_on_resuming_share_an_image_as_a_whole_if_nothing_breaks()
    {
        await using SharePair pair = await SharePair.StartAsync();
        Task<ImageShareResult> sharing = HowToSnippets.ResumeAsync(pair.Alice, pair.Bob.Address, SharePair.Image(TestImage.Png(100_000)));
        await using ImageShareSession received = await (await pair.NextInvitationAsync()).AcceptAsync(ImageStore.InMemory());
        Assert.That((await sharing.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
    }

    [Test]
    public async Task The_limits_of_the_page_are_those_of_a_client()
    {
        await using SharePair pair = await SharePair.StartAsync(bob: static options => options with { Limits = HowToSnippets.Careful() });
        ImageShareCapabilities capabilities = await pair.Alice.QueryCapabilitiesAsync(pair.Bob.Address);
        Assert.That(capabilities.MaxSize, Is.EqualTo(20 * 1024 * 1024));
    }

    [Test]
    public async Task The_lines_on_tracing_write_a_capture()
    {
        await using SharePair pair = await SharePair.StartAsync();
        string file = Path.Combine(_folder.Path, "share.pcapng");
        var options = new ImageShareOptions { Identity = SipUri.Parse("sip:carol@ims.example"), Network = pair.Network };
        Task tracing = HowToSnippets.TraceAsync(options, pair.Bob.Address, SharePair.Image(TestImage.Png(1000)), file);
        await using ImageShareSession received = await (await pair.NextInvitationAsync()).AcceptAsync(ImageStore.InMemory());
        await tracing.WaitAsync(SharePair.Patience);
        byte[] written = await File.ReadAllBytesAsync(file);
        Assert.That(written.AsSpan(0, 4).ToArray(), Is.EqualTo(new byte[] { 0x0A, 0x0D, 0x0D, 0x0A }), "pcapng §4.1");
        Assert.That(written.AsSpan().IndexOf("INVITE sip:"u8), Is.Positive);
    }

    private async Task RunAsync(string command)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo("openssl", command.Split(' ')) { WorkingDirectory = _folder.Path, RedirectStandardError = true })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("The program openssl is not installed.");
            return;
        }

        using (process)
        {
            string errors = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.That(process.ExitCode, Is.Zero, errors);
        }
    }

    [GeneratedRegex("^openssl (.*)$", RegexOptions.Multiline)]
    private static partial Regex OpenSsl();
}
