using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Tests.Sharing.Calls;

/// <summary>
/// A phone whose answers have faults. What nobody needs is passed over; an answer that cannot be read is dropped, and whoever waited for it
/// hears that it came (RFC 3261 §8.2.2, §18.3).
/// </summary>
[TestFixture]
public sealed class UnreadableAnswerTests : PhoneCalleeTest
{
    private const string Tag = "+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"";

    private readonly CapturingLoggerFactory _log = new();

    private static readonly string[] OddRows =
        ["X-Odd no colon here", ": nothing", "X Odd: 1", "X-\u00d6dd: 1", "X-Odd: a\0b", "X-Odd: a\rb", "Subject: a\0b"];

    // What makes an answer one that belongs to nothing, or one that cannot be framed.
    private static readonly string[] Faults =
        ["Via", "Content-Length: 7\r\nContent-Length: 8\r\n", "Content-Length: 999\r\n", "X: a\nTo: b\r\n", "CSeq"];

    private protected override ImageShareOptions Configure(ImageShareOptions options) => options with { LoggerFactory = _log };

    [OneTimeTearDown]
    public void CloseLog() => _log.Dispose();

    [TestCaseSource(nameof(OddRows))]
    [Category("SIPG-021")]
    public async Task An_answer_with_a_broken_line_is_an_answer(string row)
    {
        Task<ImageShareCapabilities> query = Alice.QueryCapabilitiesAsync(Phone.Address);
        string options = await Phone.ReceiveAsync("OPTIONS");
        await Phone.RespondAsync(options, "200 OK", extra: $"{row}\r\nContact: <{Phone.Address}>;{Tag}\r\n");
        Assert.That((await query.WaitAsync(SharePair.Patience)).CanShareImages, Is.True);
    }

    [TestCaseSource(nameof(OddRows))]
    [Category("SIPG-021")]
    public async Task A_200_to_INVITE_with_a_broken_line_is_acknowledged(string row)
    {
        await using ImageShareSession session = await ShareAsync();
        await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "200 OK", Phone.Answer("active"), $"Content-Type: application/sdp\r\n{row}\r\n");
        await Phone.ReceiveAsync("ACK");
        Task cancelled = session.CancelAsync();
        await Phone.RespondAsync(await Phone.ReceiveAsync("BYE"), "200 OK");
        await cancelled.WaitAsync(SharePair.Patience);
    }

    [TestCase(":", "")]
    [TestCase("", ";transport=udp;tok=\"VG8+/s==\"")]
    [TestCase("", ";transport=udp;tok=VG8==")]
    [Category("SIPG-009")]
    public async Task A_Contact_against_the_grammar_shows_its_tags_and_is_where_the_session_goes(string port, string parameters)
    {
        string address = port.Length == 0 ? $"sip:{Phone.Address.Host}:{Phone.Address.Port}" : $"sip:u@{Phone.Address.Host}:";
        string contact = $"Contact: <{address}{parameters}>;{Tag}\r\n";
        string Bent(string message) => message.Replace($"Contact: <{Phone.Address}>\r\n", contact, StringComparison.Ordinal);
        Task<ImageShareCapabilities> query = Alice.QueryCapabilitiesAsync(Phone.Address);
        await Phone.SendAsync(Alice.Address, Bent(Phone.Response(await Phone.ReceiveAsync("OPTIONS"), "200 OK")));
        Assert.That((await query.WaitAsync(SharePair.Patience)).CanShareImages, Is.True);
        if (port.Length > 0)
        {
            // Nobody listens at the port this stands for.
            return;
        }

        await using ImageShareSession session = await ShareAsync();
        await Phone.SendAsync(Alice.Address, Bent(Phone.Response(await Phone.ReceiveAsync("INVITE"), "200 OK", Phone.Answer("active"))));
        Assert.That(await Phone.ReceiveAsync("ACK"), Does.StartWith($"ACK {address}{parameters} SIP/2.0\r\n"));
        Task cancelled = session.CancelAsync();
        string bye = await Phone.ReceiveAsync("BYE");
        Assert.That(bye, Does.StartWith($"BYE {address}{parameters} SIP/2.0\r\n"));
        await Phone.RespondAsync(bye, "200 OK");
        await cancelled.WaitAsync(SharePair.Patience);
    }

    [TestCaseSource(nameof(OddRows))]
    [Category("SIPG-021")]
    public async Task A_request_with_a_broken_line_is_served(string row)
    {
        await Phone.SendAsync(Alice.Address, Phone.Request("OPTIONS", Alice.Address, "odd", extra: row + "\r\n"));
        Assert.That(await Phone.ReceiveAsync("SIP/2.0 ", "odd"), Does.StartWith("SIP/2.0 200 ").And.Not.Contain("Odd").And.Not.Contain("nothing"));
    }

    [TestCaseSource(nameof(Faults))]
    [Category("SIPG-015")]
    public async Task A_query_whose_answer_cannot_be_read_says_that_one_came(string fault)
    {
        Task<ImageShareCapabilities> query = Alice.QueryCapabilitiesAsync(Phone.Address);
        await AnswerBadlyAsync(await Phone.ReceiveAsync("OPTIONS"), fault);
        ImageShareException error = (await Assert.ThrowsAsync<ImageShareException>(() => Time.DriveAsync(query)))!;
        Assert.That(error.Error, Is.EqualTo(ImageShareError.MalformedMessage));
        Assert.That(error.Message, Does.StartWith("An answer to the OPTIONS came that could not be read ("));
        Assert.That(_log.From(LogLevel.Warning), Has.Some.Match(@"^A response \(200\) to OPTIONS \([^)]+\) could not be read"));
    }

    [Test]
    [Category("SIPG-015")]
    public async Task A_share_whose_answer_cannot_be_read_says_that_one_came([ValueSource(nameof(Faults))] string fault, [Values] bool rings)
    {
        await using ImageShareSession session = await ShareAsync();
        string invite = await Phone.ReceiveAsync("INVITE");
        if (rings)
        {
            await Phone.RespondAsync(invite, "180 Ringing");
        }

        await AnswerBadlyAsync(invite, fault);
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.That(result.Error, Is.EqualTo(ImageShareError.MalformedMessage), result.Message);
        Assert.That(result.Message, Does.StartWith("An answer to the ").And.Contain(" came that could not be read"));
    }

    [Test]
    [Category("SIPG-015")]
    public async Task A_good_copy_of_an_answer_that_could_not_be_read_is_the_answer()
    {
        Task<ImageShareCapabilities> query = Alice.QueryCapabilitiesAsync(Phone.Address);
        string options = await Phone.ReceiveAsync("OPTIONS");
        await AnswerBadlyAsync(options, "Content-Length: 999\r\n");
        await Phone.RespondAsync(options, "200 OK", extra: $"Contact: <{Phone.Address}>;{Tag}\r\n");
        Assert.That((await query.WaitAsync(SharePair.Patience)).CanShareImages, Is.True);
    }

    private Task<ImageShareSession> ShareAsync() =>
        Alice.ShareAsync(Phone.Address, SharePair.Image(TestImage.Png(1000)), new ShareSettings { QueryFirst = false });

    private Task AnswerBadlyAsync(string request, string fault)
    {
        string Row(string name) => fault == name ? $"{name}: what nobody can read\r\n" : $"{name}: {RawPhone.Header(request, name)}\r\n";
        return Phone.SendAsync(
            Alice.Address,
            $"SIP/2.0 200 OK\r\n{Row("Via")}From: {RawPhone.Header(request, "From")}\r\nTo: {RawPhone.Header(request, "To")};tag=mallory\r\n"
            + $"Call-ID: {RawPhone.Header(request, "Call-ID")}\r\n{Row("CSeq")}Contact: <{Phone.Address}>;{Tag}\r\n"
            + (fault.Contains(':', StringComparison.Ordinal) ? fault : "Content-Length: 0\r\n") + "\r\n");
    }
}
