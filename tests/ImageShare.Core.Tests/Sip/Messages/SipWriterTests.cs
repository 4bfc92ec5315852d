using System.Text;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sip.Messages;

[TestFixture]
public sealed class SipWriterTests
{
    private static readonly string[] Breaking = ["a\r\nX: b", "a\rb", "a\nb", "a\0b"];

    // Each way an application can put a text into a message.
    private static IEnumerable<TestCaseData> Ways()
    {
        static TestCaseData Way(string name, Func<string, SipMessage> build) => new TestCaseData(build).SetArgDisplayNames(name);
        yield return Way("header value", v => With(h => h.Add("Subject", v)));
        yield return Way("header octets", v => With(h => h.Add("Subject", Encoding.UTF8.GetBytes(v))));
        yield return Way("first header", v => With(h => h.AddFirst("Subject", v)));
        yield return Way("replaced header", v => With(h => h.Set("Subject", v)));
        yield return Way("display name", v => With(h => h.Add("From", new NameAddress(v, SipUri.Parse("sip:a@b")))));
        yield return Way("parameter value", v => With(h => h.Add("From", new NameAddress(null, SipUri.Parse("sip:a@b"), new ParameterList(new Parameter("x", v))))));
        yield return Way("quoted parameter value", v => With(h => h.Add("From", new NameAddress(null, SipUri.Parse("sip:a@b"), new ParameterList(new Parameter("x", v, true))))));
        yield return Way("parameter name", v => With(h => h.Add("From", new NameAddress(null, SipUri.Parse("sip:a@b"), new ParameterList(new Parameter(v, "x"))))));
        yield return Way("host", v => With(h => h.Add("From", new NameAddress(new SipUri("sip", "a", v)))));
        yield return Way("URI parameter", v => With(h => h.Add("From", new NameAddress(new SipUri("sip", "a", "b", null, new ParameterList(new Parameter("x", v)))))));
        yield return Way("URI headers", v => With(h => h.Add("From", new NameAddress(SipUri.Parse("sip:a@b") with { Headers = v }))));
        yield return Way("Via transport", v => With(h => h.Add("Via", new Via(v, "b", null, default))));
        yield return Way("Via version", v => With(h => h.Add("Via", new Via("UDP", "b", null, default) { Version = v })));
        yield return Way("access type", v => With(h => h.Add("P-Access-Network-Info", new AccessNetworkInfo(v))));
        yield return Way("reason protocol", v => With(h => h.Add("Reason", new Reason(v))));
        yield return Way("version", v => new SipRequest(SipMethod.Options, SipUri.Parse("sip:a@b")) { Version = v });
        yield return Way("reason phrase", v => new SipResponse(200, v));
        yield return Way("Request-URI", v => new SipRequest(SipMethod.Options, new SipUri("sip", "a", v)));
        yield return Way("scheme", v => new SipRequest(SipMethod.Options, SipUri.Parse("tel:1") with { Opaque = v }));
    }

    [TestCaseSource(nameof(Ways))]
    [Category("SIPG-025")]
    public void No_value_that_ends_its_line_leaves(Func<string, SipMessage> build)
    {
        foreach (string value in Breaking)
        {
            Assert.That(
                () => build(value).ToArray(),
                Throws.InstanceOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidValue),
                value.Replace("\r", "<CR>", StringComparison.Ordinal).Replace("\n", "<LF>", StringComparison.Ordinal));
        }
    }

    // A user leaves as it must be written in a URI: with escapes, on one line.
    [Test]
    [Category("SIPG-025")]
    public void A_user_with_a_line_break_leaves_escaped()
    {
        foreach (string value in Breaking)
        {
            string written = new SipUri("sip", value, "b").ToString();
            Assert.That(written.AsSpan().ContainsAny("\r\n\0"), Is.False, written);
            Assert.That(SipUri.Parse(written).DecodedUser, Is.EqualTo(value));
        }
    }

    [Test]
    public void Names_are_long_unless_short_ones_are_asked_for()
    {
        Assert.That(SipReader.TryReadDatagram(SeedMessages.Invite, null, out SipMessage? invite, out _), Is.True);
        Assert.That(Encoding.UTF8.GetString(invite!.ToArray()), Does.Contain("\r\nVia: ").And.Contain("\r\nContent-Length: 555\r\n"));
        invite.UseCompactForm = true;
        byte[] written = invite.ToArray();
        string text = Encoding.UTF8.GetString(written);
        Assert.Multiple(() =>
        {
            foreach (string line in new[] { "v: ", "f: ", "t: ", "i: ", "m: ", "c: ", "k: ", "l: 555\r\n" })
            {
                Assert.That(text, Does.Contain("\r\n" + line));
            }

            // What only an extension shortens stays as everybody knows it.
            Assert.That(text, Does.Contain("\r\nAccept-Contact: ").And.Contain("\r\nAllow-Events: ").And.Contain("\r\nCSeq: "));
            Assert.That(written, Has.Length.LessThan(SeedMessages.Invite.Length));
        });
        Assert.That(SipReader.TryReadDatagram(written, null, out SipMessage? again, out _), Is.True);
        Assert.That(again!.Headers.Select(h => h.ToString()), Is.EqualTo(invite.Headers.Select(h => h.ToString())));
        Assert.That(again.Body.ToArray(), Is.EqualTo(invite.Body.ToArray()));
    }

    [Test]
    public async Task A_client_writes_them_in_all_its_messages_when_told_to()
    {
        await using SharePair pair = await SharePair.StartAsync(alice: o => o with { UseCompactForm = true }, bob: o => o with { UseCompactForm = true });
        (ImageShareResult sent, _) = await pair.ShareAsync(TestImage.Png(1000));
        Assert.That(sent.IsCompleted, Is.True, sent.Message);
        string[] messages;
        lock (pair.Sent)
        {
            messages = [.. pair.Sent.Where(m => m.Protocol.StartsWith("SIP", StringComparison.Ordinal)).Select(m => Encoding.UTF8.GetString(m.Bytes.Span))];
        }

        Assert.That(messages, Has.Length.GreaterThanOrEqualTo(6));
        Assert.That(messages, Is.All.Contains("\r\nv: ").And.All.Contains("\r\nl: ").And.All.Contains("\r\ni: "));
        Assert.That(messages, Has.None.Contains("\r\nVia: ").And.None.Contains("\r\nContent-Length: ").And.None.Contains("\r\nCall-ID: "));
    }

    private static SipRequest With(Action<SipHeaders> add)
    {
        var request = new SipRequest(SipMethod.Options, SipUri.Parse("sip:a@b"));
        add(request.Headers);
        return request;
    }
}
