using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Tests.Sharing.Calls;

/// <summary>A redirection (3xx) says where the peer is; it is followed as far as the options say (RFC 3261 §8.1.3.4).</summary>
[TestFixture]
public sealed class RedirectTests : PhoneCalleeTest
{
    private int _most;

    private protected override ImageShareOptions Configure(ImageShareOptions options) => options with { FollowRedirects = _most };

    [TestCase("<sip:second@192.0.2.9>;q=0.5, <sip:first@192.0.2.8>", "sip:first@192.0.2.8 sip:second@192.0.2.9")]
    [TestCase("<sip:second@192.0.2.9>;q=0.1,<tel:+1-201>;q=0.9", "tel:+1-201 sip:second@192.0.2.9")]
    [TestCase("<mailto:bob@example.com>", "mailto:bob@example.com")]
    [Category("SIPG-021")]
    public async Task Where_to_is_in_the_result_and_in_the_message(string contacts, string expected)
    {
        await using ImageShareSession session = await ShareAsync();
        await RedirectAsync(await Phone.ReceiveAsync("INVITE"), contacts);
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That((result.Error, result.SipStatus), Is.EqualTo((ImageShareError.Redirected, 302)));
            Assert.That(string.Join(' ', result.RedirectedTo), Is.EqualTo(expected));
            foreach (SipUri uri in result.RedirectedTo)
            {
                Assert.That(result.Message, Does.Contain(uri.ToString()));
            }
        });
    }

    [Test]
    [Category("SIPG-021")]
    public async Task It_is_followed_as_far_as_the_options_say_and_never_in_a_circle([Values(1, 2)] int most)
    {
        await Stop();
        _most = most;
        await Start();
        _most = 0;
        await using ImageShareSession session = await ShareAsync();
        string first = await Phone.ReceiveAsync("INVITE");
        string host = $"{Phone.Address.Host}:{Phone.Address.Port}";
        await RedirectAsync(first, $"<sip:next@{host}>");
        string second = await Phone.ReceiveAsync("INVITE");
        Assert.Multiple(() =>
        {
            Assert.That(second, Does.StartWith($"INVITE sip:next@{host} SIP/2.0\r\n"));
            Assert.That(RawPhone.Header(second, "To"), Is.EqualTo(RawPhone.Header(first, "To")));
            Assert.That(RawPhone.Header(second, "Call-ID"), Is.EqualTo(RawPhone.Header(first, "Call-ID")));
            Assert.That(RawPhone.Header(second, "From"), Is.EqualTo(RawPhone.Header(first, "From")));
            Assert.That(RawPhone.Header(second, "CSeq"), Is.EqualTo("2 INVITE"));
        });
        await RedirectAsync(second, $"<sip:next@{host}>, <{Phone.Address}>");
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That(result.Error, Is.EqualTo(ImageShareError.Redirected), result.Message);
    }

    // A sips target was asked for TLS on every hop; less than that is taken by nobody but the user (RFC 3261 §8.1.3.4).
    [TestCase("sips:bob@h", "<sip:bob@127.0.0.1>", null)]
    [TestCase("sips:bob@h", "<sip:bob@127.0.0.1:5061;transport=tls>", null)]
    [TestCase("sips:bob@h", "<sip:bob@127.0.0.1>, <sips:bob@127.0.0.1>;q=0.1", "sips:bob@127.0.0.1")]
    [TestCase("sip:bob@h", "<sips:bob@127.0.0.1>", "sips:bob@127.0.0.1")]
    [TestCase("sip:bob@h", "<sip:bob@127.0.0.1?Route=%3Csip:evil%3E>", "sip:bob@127.0.0.1")]
    [TestCase("sip:bob@h", "<tel:+1-201>, <mailto:bob@h>", null)]
    [TestCase("sip:bob@h", "<sip:bob@H>", null)]
    [Category("SIPG-021")]
    public void It_leads_to_no_less_security_and_to_no_other_scheme(string asked, string contacts, string? next)
    {
        var response = new SipResponse(302);
        response.Headers.Add("Contact", contacts);
        Assert.That(Core.Sharing.Endings.Redirection.Next(response, SipUri.Parse(asked), [SipUri.Parse(asked)])?.ToString(), Is.EqualTo(next));
    }

    [Test]
    [Category("SIPG-021")]
    public void What_led_to_sips_once_does_not_lead_back()
    {
        var response = new SipResponse(302);
        response.Headers.Add("Contact", "<sip:other@h>");
        Assert.That(Core.Sharing.Endings.Redirection.Next(response, SipUri.Parse("sips:bob@h"), [SipUri.Parse("sip:bob@h"), SipUri.Parse("sips:bob@h")]), Is.Null);
    }

    [Test]
    [Category("SIPG-021")]
    public async Task A_query_says_where_to_and_leaves_open_what_the_peer_can_do()
    {
        Task<ImageShareCapabilities> asking = Alice.QueryCapabilitiesAsync(Phone.Address);
        await RedirectQueryAsync(await Phone.ReceiveAsync("OPTIONS"), "<sip:second@192.0.2.9>;q=0.5, <sip:first@192.0.2.8>");
        ImageShareCapabilities capabilities = await asking.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That((capabilities.Support, capabilities.SipStatus), Is.EqualTo((ImageShareSupport.Unknown, 302)));
            Assert.That(capabilities.RedirectedTo.Select(static uri => uri.ToString()), Is.EqualTo(["sip:first@192.0.2.8", "sip:second@192.0.2.9"]));
            Assert.That(capabilities.Message, Does.Contain("sip:first@192.0.2.8"));
        });
    }

    [Test]
    [Category("SIPG-021")]
    public async Task A_share_whose_query_is_redirected_ends_with_where_to()
    {
        await using ImageShareSession session = await Alice.ShareAsync(Phone.Address, SharePair.Image(TestImage.Png(1000)));
        await RedirectQueryAsync(await Phone.ReceiveAsync("OPTIONS"), "<sip:first@192.0.2.8>");
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That((result.Error, result.SipStatus), Is.EqualTo((ImageShareError.Redirected, 302)));
            Assert.That(result.RedirectedTo.Single().ToString(), Is.EqualTo("sip:first@192.0.2.8"));
            Assert.That(result.Message, Does.Contain("sip:first@192.0.2.8"));
        });
    }

    [Test]
    [Category("SIPG-021")]
    public async Task A_query_is_followed_like_an_invitation()
    {
        await Stop();
        _most = 1;
        await Start();
        _most = 0;
        Task<ImageShareCapabilities> asking = Alice.QueryCapabilitiesAsync(Phone.Address);
        string host = $"{Phone.Address.Host}:{Phone.Address.Port}";
        await RedirectQueryAsync(await Phone.ReceiveAsync("OPTIONS"), $"<sip:next@{host}>");
        string second = await Phone.ReceiveAsync("OPTIONS sip:next@");
        await RedirectQueryAsync(second, $"<sip:third@{host}>");
        ImageShareCapabilities capabilities = await asking.WaitAsync(SharePair.Patience);
        Assert.That(capabilities.RedirectedTo.Single().ToString(), Is.EqualTo($"sip:third@{host}"), "as far as the options say");
    }

    private Task RedirectQueryAsync(string request, string contacts) => Phone.SendAsync(
        SipUri.Parse("sip:" + RawPhone.Header(request, "Via").Split(' ')[1].Split(';')[0]),
        Phone.Response(request, "302 Moved Temporarily").Replace($"Contact: <{Phone.Address}>", $"Contact: {contacts}", StringComparison.Ordinal));

    private Task<ImageShareSession> ShareAsync() =>
        Alice.ShareAsync(Phone.Address, SharePair.Image(TestImage.Png(1000)), new ShareSettings { QueryFirst = false });

    private async Task RedirectAsync(string request, string contacts)
    {
        string response = Phone.Response(request, "302 Moved Temporarily").Replace($"Contact: <{Phone.Address}>", $"Contact: {contacts}", StringComparison.Ordinal);
        await Phone.SendAsync(SipUri.Parse("sip:" + RawPhone.Header(request, "Via").Split(' ')[1].Split(';')[0]), response);
        await Phone.ReceiveAsync("ACK");
    }
}
