using System.Net;
using System.Net.Sockets;
using ImageShare.Core.Sip.Names;

namespace ImageShare.Core.Tests.Sip.Names;

/// <summary>A name server on a loopback port that answers with what is no answer: each is a value with words, never an exception.</summary>
[TestFixture]
[Category("DNS-014")]
public sealed class HostileNameServerTests
{
    private static readonly byte[] Question = [4, .. "_sip"u8, 4, .. "_udp"u8, 3, .. "ims"u8, 4, .. "test"u8, 0, 0, 33, 0, 1];

    // Answers: the bytes behind the question, and how many records they claim to be.
    private static IEnumerable<TestCaseData> Answers()
    {
        // SRV with itself as compression pointer in its target.
        yield return new TestCaseData(1, new byte[] { 0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 9, 0, 8, 0, 1, 0, 1, 0, 9, 0xC0, 54 }).SetArgDisplayNames("pointer to itself");
        yield return new TestCaseData(1, new byte[] { 0xC0, 255, 0, 33, 0, 1 }).SetArgDisplayNames("pointer to nowhere");
        yield return new TestCaseData(65535, Array.Empty<byte>()).SetArgDisplayNames("records that are not there");
        yield return new TestCaseData(1, new byte[] { 0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 9, 0xFF, 0xFF, 0, 1 }).SetArgDisplayNames("a length that lies");
        yield return new TestCaseData(1, new byte[] { 0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 9, 0, 0 }).SetArgDisplayNames("an empty record");
        yield return new TestCaseData(1, new byte[] { 63, 1, 2 }).SetArgDisplayNames("a cut name");

        // Five labels of 63 bytes.
        yield return new TestCaseData(1, (byte[])[.. Enumerable.Repeat<byte[]>([63, .. new byte[63]], 5).SelectMany(static label => label), 0, 0, 33, 0, 1, 0, 0, 0, 9, 0, 0])
            .SetArgDisplayNames("a name that is too long");
    }

    // The alias of an alias of itself, and no record.
    private static byte[] Circle =>
        [0xC0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 4, 1, (byte)'a', 0xC0, 22, 1, (byte)'a', 0xC0, 22, 0, 5, 0, 1, 0, 0, 0, 9, 0, 2, 0xC0, 12];

    [TestCaseSource(nameof(Answers))]
    public async Task An_answer_that_is_none_is_said_to_be_none(int count, byte[] records)
    {
        DnsAnswer<SrvRecord> answer = await AskAsync(query => [query[0], query[1], 0x81, 0x80, 0, 1, (byte)(count >> 8), (byte)count, 0, 0, 0, 0, .. Question, .. records]);
        Assert.That(answer.Failure, Does.Contain("name server"));
        Assert.That(answer.Records, Is.Empty);
    }

    [Test]
    public async Task Bytes_that_are_no_DNS_are_said_to_be_none()
    {
        DnsAnswer<SrvRecord> answer = await AskAsync(static query => [query[0], query[1], .. "HTTP/1.1 200 OK"u8]);
        Assert.That(answer.Failure, Does.Contain("name server"));
    }

    [Test]
    public async Task Aliases_in_a_circle_are_no_records()
    {
        DnsAnswer<SrvRecord> answer = await AskAsync(static query => [query[0], query[1], 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0, .. Question, .. Circle]);
        Assert.That(answer.Records, Is.Empty);
        Assert.That(answer.Failure, Is.Null.Or.Contain("name server"));
    }

    [Test]
    public async Task An_answer_to_another_question_does_not_count()
    {
        DnsAnswer<SrvRecord> answer = await AskAsync(
            static query => [(byte)~query[0], query[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, .. Question, 0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 9, 0, 9, 0, 1, 0, 1, 19, 196, 1, (byte)'a', 0]);
        Assert.That(answer.Records, Is.Empty);
        Assert.That(answer.Failure, Is.Not.Null);
    }

    [Test]
    public async Task A_server_that_says_it_failed_is_quoted()
    {
        DnsAnswer<SrvRecord> answer = await AskAsync(static query => [query[0], query[1], 0x81, 0x82, 0, 1, 0, 0, 0, 0, 0, 0, .. Question]);
        Assert.That(answer.Failure, Does.EndWith("says ServerFailure"));
    }

    private static async Task<DnsAnswer<SrvRecord>> AskAsync(Func<byte[], byte[]> respond)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var stop = new CancellationTokenSource();
        Task serving = ServeAsync(socket, respond, stop.Token);
        DnsAnswer<SrvRecord> answer = await new DnsSipResolver((IPEndPoint)socket.LocalEndPoint!).GetSrvAsync("_sip._udp.ims.test", CancellationToken.None);
        await stop.CancelAsync();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return answer;
    }

    private static async Task ServeAsync(Socket socket, Func<byte[], byte[]> respond, CancellationToken stop)
    {
        byte[] buffer = new byte[4096];
        while (true)
        {
            SocketReceiveFromResult got = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), stop);
            await socket.SendToAsync(respond(buffer[..got.ReceivedBytes]), got.RemoteEndPoint, stop);
        }
    }
}
