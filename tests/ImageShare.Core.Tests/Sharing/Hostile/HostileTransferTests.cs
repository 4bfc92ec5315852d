using System.Security.Cryptography;
using System.Text;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Hostile;

/// <summary>A phone whose transfers break every rule, or stop in the middle: the image is whole or there is none.</summary>
[TestFixture]
public sealed class HostileTransferTests : PhoneCallerTest
{
    private const string Png = "type:image/png size:10";

    private static IEnumerable<TestCaseData> Transfers()
    {
        byte[] image = Encoding.ASCII.GetBytes("0123456789");
        string hash = string.Join(':', SHA1.HashData(image).Select(b => b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture)));
        string wrong = string.Join(':', new byte[20].Select(b => "00"));
        TestCaseData Case(string name, string selector, ImageShareError error, params string[] chunks) => new TestCaseData(selector, chunks, error).SetArgDisplayNames(name);
        yield return Case("whole", Png + " hash:sha-1:" + hash, ImageShareError.None, "1-10/10|0123456789|$");
        yield return Case("whole, no hash", Png, ImageShareError.None, "1-10/10|0123456789|$");
        yield return Case("whole, hash nobody knows", Png + " hash:sha-99:00:11", ImageShareError.None, "1-10/10|0123456789|$");
        yield return Case("whole, size not said", "type:image/png", ImageShareError.None, "1-*/*|0123456789|$");
        yield return Case("out of order, twice, overlapping", Png + " hash:sha-1:" + hash, ImageShareError.None, "6-10/10|56789|$", "1-3/10|012|+", "2-6/10|12345|+");
        yield return Case("ranges that lie about their ends", Png + " hash:sha-1:" + hash, ImageShareError.None, "1-9999/10|01234|+", "6-6/10|56789|$");
        yield return Case("a heartbeat before", Png, ImageShareError.None, "", "1-10/10|0123456789|$");
        yield return Case("another message behind", Png, ImageShareError.None, "1-10/10|0123456789|$", "!1-3/3|abc|$");
        yield return Case("wrong hash", Png + " hash:sha-1:" + wrong, ImageShareError.HashMismatch, "1-10/10|0123456789|$");
        yield return Case("too many octets", Png, ImageShareError.SizeMismatch, "1-*/*|0123456789ABC|$");
        yield return Case("too many, and said so", Png, ImageShareError.SizeMismatch, "1-13/13|0123456789ABC|$");
        yield return Case("too few, then the end", Png, ImageShareError.SizeMismatch, "1-5/5|01234|$");
        yield return Case("given up", Png, ImageShareError.Cancelled, "1-5/10|01234|#");
        yield return Case("two ends", Png, ImageShareError.MalformedMessage, "6-10/10|56789|$", "1-3/10|012|$");
        yield return Case("a total that changes", Png, ImageShareError.MalformedMessage, "1-5/10|01234|+", "6-9/9|5678|$");
        yield return Case("more than is taken, size not said", "type:image/png", ImageShareError.TooLarge, "1-5000/5000|0123456789|$");
        yield return Case("far away", Png, ImageShareError.SizeMismatch, "1-2/10|01|+", "4611686018427387904-*/*|x|+");
        yield return Case("nothing at all", Png, ImageShareError.Cancelled);
    }

    [TestCaseSource(nameof(Transfers))]
    [Category("SEC-003")]
    [Category("FT-031")]
    public async Task Whatever_is_sent_the_image_is_whole_or_there_is_none(string selector, string[] chunks, ImageShareError error)
    {
        Task<string> calling = Phone.InviteAsync(Bob.Address, "transfer", Phone.Offer("name:\"x.png\" " + selector));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(Store);
        string response = await calling;
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(response);
        await using RawMsrpPeer closing = peer;
        int number = 0;
        foreach (string chunk in chunks)
        {
            string id = "chunk" + number++;
            string[] parts = chunk.Split('|');
            await (chunk.Length == 0
                ? peer.SendAsync(to, id, string.Empty, null, '$', null)
                : peer.SendAsync(to, id, $"Byte-Range: {parts[0].TrimStart('!')}\r\n", parts[1], parts[2][0], chunk[0] == '!' ? "other" : "image"));
            await peer.ReadLineAsync();
        }

        await Phone.ByeAsync(Bob.Address, "transfer", response);
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.Multiple(() =>
        {
            Assert.That(result.Error, Is.EqualTo(error), result.Message);
            Assert.That(result.IsVerified, Is.EqualTo(selector.Contains("sha-1", StringComparison.Ordinal) && error == ImageShareError.None));
            Assert.That(
                Inbox.GetFiles().Select(f => File.ReadAllText(f.FullName)),
                Is.EqualTo(error == ImageShareError.None ? new[] { "0123456789" } : []));
        });
    }

    [TestCase("never dials", ImageShareError.MediaNotConnected)]
    [TestCase("dials and names no session", ImageShareError.MediaNotConnected)]
    [TestCase("binds and sends nothing", ImageShareError.TransferStalled)]
    [TestCase("stops in the middle", ImageShareError.TransferStalled)]
    [TestCase("speaks HTTP", ImageShareError.MediaNotConnected)]
    [TestCase("speaks HTTP in the middle", ImageShareError.MalformedMessage)]
    [TestCase("hangs up in the middle", ImageShareError.ConnectionLost)]
    [TestCase("sends no BYE", ImageShareError.None)]
    [Category("FT-030")]
    [Category("SEC-002")]
    public async Task A_caller_that_does_not_go_on_is_given_up_in_time(string manner, ImageShareError error)
    {
        Task<string> calling = Phone.InviteAsync(Bob.Address, "transfer", Phone.Offer("name:\"x.png\" " + Png));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(Store);
        string response = await calling;
        RawMsrpPeer? peer = null;
        if (manner != "never dials")
        {
            (peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(response);
            switch (manner)
            {
                case "binds and sends nothing":
                    await peer.SendAsync(to, "bind0", string.Empty, null, '$', null);
                    break;
                case "speaks HTTP":
                    await peer.SendAsync("GET / HTTP/1.1\r\n\r\n");
                    break;
                case "sends no BYE":
                    await peer.SendAsync(to, "whole", "Byte-Range: 1-10/10\r\n", "0123456789", '$');
                    break;
                case "dials and names no session":
                    break;
                default:
                    await peer.SendAsync(to, "half", "Byte-Range: 1-5/10\r\n", "01234", '+');
                    await peer.ReadLineAsync();
                    await (manner.StartsWith("speaks", StringComparison.Ordinal) ? peer.SendAsync("GET / HTTP/1.1\r\n\r\n")
                        : manner.StartsWith("hangs", StringComparison.Ordinal) ? peer.DisposeAsync().AsTask() : Task.CompletedTask);
                    break;
            }
        }

        ImageShareResult result = await Time.DriveAsync(session.Completion);
        await Phone.ReceiveAsync("BYE");
        Assert.That(result.Error, Is.EqualTo(error), result.Message);
        await (peer?.DisposeAsync() ?? default);
    }

    [TestCase("")]
    [TestCase("MSRP beat SEND\r\nTo-Path: {to}\r\nFrom-Path: {from}\r\nKeep-Alive: yes\r\n-------beat$\r\n")]
    [Category("FT-030")]
    [Category("SEC-002")]
    public async Task A_caller_that_gives_signs_of_life_and_no_image_is_given_up_in_time(string beat)
    {
        Task<string> calling = Phone.InviteAsync(Bob.Address, "alive", Phone.Offer("name:\"x.png\" " + Png));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(Store);
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(await calling);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "bind0", string.Empty, null, '$', null);
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("bind0 200"));
        beat = beat.Replace("{to}", to.ToString(), StringComparison.Ordinal).Replace("{from}", peer.Uri.ToString(), StringComparison.Ordinal);
        Task<string> ending = Phone.ReceiveAsync("BYE");
        while (!ending.IsCompleted)
        {
            Assert.That(Time.Elapsed, Is.LessThan(TimeSpan.FromSeconds(1000)), "it has an end; on a busy machine time runs ahead");
            await BeatAsync();
            await Time.DriveAsync(Task.Delay(TimeSpan.FromSeconds(20), Time), stepSeconds: 10);
        }

        await Phone.RespondAsync(await ending, "200 OK");
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.That(result.Error, Is.EqualTo(ImageShareError.TransferStalled), result.Message);

        async Task BeatAsync()
        {
            try
            {
                await peer.SendAsync(beat + "\r\n");
                if (beat.Length > 0)
                {
                    await peer.ReadLineAsync();
                }
            }
            catch (IOException)
            {
                // The connection has gone; the BYE comes.
            }
        }
    }
}
