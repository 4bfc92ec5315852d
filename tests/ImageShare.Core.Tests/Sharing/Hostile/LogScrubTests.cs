using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Tests.Sharing.Hostile;

/// <summary>Shares of every ending, with all that is logged kept: what a log must not hold is not in it.</summary>
[TestFixture]
public sealed class LogScrubTests
{
    private const string Password = "open sesame";
    private const string FileName = "holiday-with-carol.png";
    private const string DisplayName = "Alice Liddell";

    private CapturingLoggerFactory _log = null!;
    private DirectoryInfo _folder = null!;

    [SetUp]
    public void MakeFolder()
    {
        _log = new CapturingLoggerFactory();
        _folder = Directory.CreateTempSubdirectory("private-folder-");
    }

    [TearDown]
    public void Clean()
    {
        _folder.Delete(recursive: true);
        _log.Dispose();
    }

    [Test]
    [Category("SEC-004")]
    public async Task At_the_usual_level_no_log_names_files_people_bodies_or_credentials()
    {
        await RunSharesAsync();
        string[] secrets = await ChallengeAsync();
        string[] logged = [.. _log.From(LogLevel.Information)];
        Assert.That(logged.Count(l => l.Contains("ended", StringComparison.Ordinal)), Is.GreaterThanOrEqualTo(9), "the log is there at all");
        Assert.Multiple(() =>
        {
            foreach (string word in (string[])[_folder.FullName, _folder.Name, FileName, DisplayName, "alice", "bob", "mallory", "v=0", "a=path", "file-selector", "INVITE sip", .. secrets])
            {
                Assert.That(logged, Has.None.Contains(word), word);
            }
        });
    }

    [Test]
    [Category("AUTH-005")]
    public async Task At_no_level_a_log_holds_a_password_its_hash_or_an_answer_to_a_challenge()
    {
        await RunSharesAsync();
        string[] secrets = await ChallengeAsync();
        Assert.That(secrets, Has.Length.EqualTo(5).And.All.Not.Empty);
        string[] logged = [.. _log.From(LogLevel.Trace)];
        Assert.That(logged, Has.Some.Contains("alice"), "all levels are there");
        Assert.Multiple(() =>
        {
            foreach (string secret in secrets)
            {
                Assert.That(logged, Has.None.Contains(secret), secret);
            }
        });
    }

    // Completed with an icon, declined, cancelled by either side, broken by a source, by a store, and by handlers that throw.
    private async Task RunSharesAsync()
    {
        ImageShareOptions Options(ImageShareOptions options) => options with { LoggerFactory = _log, DisplayName = DisplayName };
        await using SharePair pair = await SharePair.StartAsync(alice: Options, bob: Options);
        string path = Path.Combine(_folder.FullName, FileName);
        await File.WriteAllBytesAsync(path, TestImage.Png(200_000));
        var withIcon = new ShareSettings { Icon = new ImageIcon(new MediaType("image", "png"), TestImage.Png(200)) };
        foreach (string ending in (string[])["completed", "declined", "withdrawn", "sender", "receiver", "store", "handler"])
        {
            ShareSettings settings = ending is "sender" or "receiver" ? withIcon with { MaxBytesPerSecond = 100_000 } : withIcon;
            await using ImageShareSession outgoing = await pair.Alice.ShareAsync(pair.Bob.Address, ImageSource.FromFile(path), settings);
            ImageShareInvitation invitation = await pair.NextInvitationAsync();
            if (ending is "declined")
            {
                await invitation.DeclineAsync();
            }
            else if (ending is "withdrawn")
            {
                await outgoing.CancelAsync().WaitAsync(SharePair.Patience);
            }
            else
            {
                IImageStore store = ending is "store" ? new FailingStore(path) : pair.Store;
                await using ImageShareSession incoming = await invitation.AcceptAsync(store);
                var moving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                incoming.ProgressChanged += (_, _) =>
                {
                    moving.TrySetResult();
                    if (ending is "handler")
                    {
                        throw new IOException("Cannot show " + path);
                    }
                };
                if (ending is "sender" or "receiver")
                {
                    await moving.Task.WaitAsync(SharePair.Patience);
                    await (ending is "sender" ? outgoing : incoming).CancelAsync().WaitAsync(SharePair.Patience);
                }

                await incoming.Completion.WaitAsync(SharePair.Patience);
            }

            await outgoing.Completion.WaitAsync(SharePair.Patience);
        }
    }

    // A share with a phone that asks for credentials; gives what nobody may read of them.
    private async Task<string[]> ChallengeAsync()
    {
        var network = new InMemoryNetwork();
        await using var phone = new RawPhone(network);
        await using ImageShareClient alice = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = Core.Sip.SipUri.Parse("sip:alice@ims.example"),
            Network = network,
            Transport = SipTransportChoice.Udp,
            LoggerFactory = _log,
            Credentials = new SipCredentials("alice", Password),
        });
        await using ImageShareSession session = await alice.ShareAsync(phone.Address, SharePair.Image(TestImage.Png(1000)), new ShareSettings { QueryFirst = false });
        await phone.RespondAsync(
            await phone.ReceiveAsync("INVITE"), "401 Unauthorized", extra: "WWW-Authenticate: Digest realm=\"ims.example\", nonce=\"n\", qop=\"auth\", algorithm=MD5\r\n");
        string invite;
        do
        {
            invite = await phone.ReceiveAsync("INVITE");
        }
        while (!invite.Contains("Authorization: ", StringComparison.Ordinal));
        await phone.RespondAsync(invite, "200 OK", phone.Answer());
        await using RawMsrpPeer peer = await phone.AcceptAsync();
        Task<ImageShareResult> cancelling = session.CancelAsync();
        await phone.RespondAsync(await phone.ReceiveAsync("BYE"), "200 OK");
        await cancelling.WaitAsync(SharePair.Patience);
        string given = RawPhone.Header(invite, "Authorization");
        return [Password, Hash($"alice:ims.example:{Password}"), Value(given, "response"), Value(given, "cnonce"), given];
    }

    private static string Value(string header, string name) => Regex.Match(header, $"[ ,]{name}=\"([^\"]*)\"").Groups[1].Value;

    [SuppressMessage("Security", "CA5351", Justification = "It is the hash that must not be logged.")]
    private static string Hash(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));

    private sealed class FailingStore(string path) : IImageStore
    {
        public ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken) => ValueTask.FromResult<IImageSink>(new Sink(path));

        private sealed class Sink(string path) : IImageSink
        {
            public ValueTask WriteAsync(long offset, System.Buffers.ReadOnlySequence<byte> data, CancellationToken cancellationToken) =>
                throw new IOException("Cannot write " + path);

            public ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken) => throw new IOException("Cannot complete " + path);

            public ValueTask AbandonAsync() => throw new IOException("Cannot abandon " + path);

            public ValueTask DisposeAsync() => throw new IOException("Cannot give up " + path);
        }
    }
}
