using System.Text;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Tests.Sip.Dialogs;

[TestFixture]
public sealed class SessionTimerTests
{
    [TestCase("1800", 1800u, null)]
    [TestCase(" 1800 ; refresher = uac ", 1800u, "uac")]
    [TestCase("90;x;refresher=UAS", 90u, "UAS")]
    [Category("DLG-031")]
    public void Session_Expires_is_a_number_and_a_side(string text, uint seconds, string? refresher)
    {
        Assert.That(SessionExpires.TryParse(Encoding.ASCII.GetBytes(text), out SessionExpires? value), Is.True);
        Assert.That((value!.Seconds, value.Refresher), Is.EqualTo((seconds, refresher)));
        Assert.That(SessionExpires.TryParse(Encoding.ASCII.GetBytes(value.ToString()), out SessionExpires? again), Is.True);
        Assert.That(again, Is.EqualTo(value));
    }

    [TestCase("")]
    [TestCase("x")]
    [TestCase("-90")]
    [TestCase("90 s")]
    [TestCase("4294967296")]
    public void Anything_else_is_none(string text) => Assert.That(SessionExpires.TryParse(Encoding.ASCII.GetBytes(text), out _), Is.False);

    // RFC 4028, table 2; the last column is whose turn it is, empty for no timer.
    [TestCase(true, "1800", true, "uac")]
    [TestCase(true, "1800;refresher=uac", true, "uac")]
    [TestCase(true, "1800;refresher=uas", true, "uas")]
    [TestCase(false, "1800", true, "uas")]
    [TestCase(true, "1800;refresher=uas", false, "")]
    [TestCase(false, "1800", false, "")]
    [TestCase(true, null, true, "")]
    [TestCase(true, "x", true, "")]
    [TestCase(false, "89", true, "")]
    [Category("DLG-031")]
    public void The_answer_agrees_to_what_was_asked(bool supports, string? expires, bool takesUpdate, string refresher)
    {
        SipRequest request = Request(supports, expires, takesUpdate);
        SessionTimer? timer = SessionTimer.Answer(request);
        if (refresher.Length == 0)
        {
            Assert.That(timer, Is.Null);
            return;
        }

        var response = new SipResponse(200);
        timer!.AddTo(response, request);
        Assert.That(response.Headers.GetString("Session-Expires"), Is.EqualTo($"1800;refresher={refresher}"));
        Assert.That(response.Headers.Require, Is.EqualTo(supports ? new[] { "timer" } : []));
        Assert.That(timer.IsOurs, Is.EqualTo(refresher == "uas"));
    }

    [TestCase(true, "89", true)]
    [TestCase(true, "90", false)]
    [TestCase(true, null, false)]
    [TestCase(false, "89", false)]
    [Category("DLG-031")]
    public void Too_short_is_only_said_to_those_who_understand(bool supports, string? expires, bool isTooShort) =>
        Assert.That(SessionTimer.IsTooShort(Request(supports, expires, true), TimeSpan.FromSeconds(90)), Is.EqualTo(isTooShort));

    [TestCase(1800, true, 900)]
    [TestCase(1800, false, 1768)]
    [TestCase(90, true, 45)]
    [TestCase(90, false, 60)]
    [TestCase(93, false, 62)]
    [TestCase(99, false, 67)]
    [Category("DLG-031")]
    public void It_acts_before_the_end(int interval, bool isOurs, int seconds) =>
        Assert.That(new SessionTimer(TimeSpan.FromSeconds(interval), isOurs).ActAfter, Is.EqualTo(TimeSpan.FromSeconds(seconds)));

    [TestCase("Supported", "TIMER", true)]
    [TestCase("Require", "timer", true)]
    [TestCase("Require", "100rel", false)]
    [Category("DLG-031")]
    public void Who_requires_it_supports_it_too(string header, string value, bool supports)
    {
        SipRequest request = Request(false, "89", true);
        request.Headers.Add(header, value);
        Assert.That(SessionTimer.IsTooShort(request, TimeSpan.FromSeconds(90)), Is.EqualTo(supports));
    }

    [TestCase("1800", 1800, true)]
    [TestCase("90;refresher=uac", 90, true)]
    [TestCase("1800;refresher=UAS", 1800, false)]
    [TestCase("89;refresher=uac", 0, false)]
    [TestCase(null, 0, false)]
    [Category("DLG-031")]
    public void The_2xx_to_our_own_refresh_says_whose_turn_it_is(string? expires, int seconds, bool isOurs)
    {
        var response = new SipResponse(200);
        if (expires is not null)
        {
            response.Headers.Add("Session-Expires", expires);
        }

        Assert.That(SessionTimer.Read(response), Is.EqualTo(seconds == 0 ? null : new SessionTimer(TimeSpan.FromSeconds(seconds), isOurs)));
    }

    [TestCase(true, 0, "uac", null)]
    [TestCase(false, 0, "uas", null)]
    [TestCase(true, 120, "uac", "120")]
    [Category("DLG-031")]
    public void A_refresh_asks_for_the_same_again(bool isOurs, int least, string refresher, string? leastAsked)
    {
        var headers = new SipRequest(SipMethod.Update, SipUri.Parse("sip:b@h")).Headers;
        new SessionTimer(TimeSpan.FromSeconds(1800), isOurs).AddTo(headers, TimeSpan.FromSeconds(least));
        Assert.That(headers.GetString("Session-Expires"), Is.EqualTo($"1800;refresher={refresher}"));
        Assert.That(headers.Supported, Is.EqualTo(new[] { "timer" }));
        Assert.That(headers.GetString("Min-SE"), Is.EqualTo(leastAsked));
    }

    [TestCase(422, "1801", 1801)]
    [TestCase(422, "1800", 0)]
    [TestCase(422, "x", 0)]
    [TestCase(422, null, 0)]
    [TestCase(423, "1801", 0)]
    [Category("DLG-031")]
    public void After_a_422_the_least_the_peer_takes_is_asked_for(int status, string? least, int seconds)
    {
        var response = new SipResponse(status);
        if (least is not null)
        {
            response.Headers.Add("Min-SE", least);
        }

        Assert.That(
            new SessionTimer(TimeSpan.FromSeconds(1800), true).After422(response),
            Is.EqualTo(seconds == 0 ? null : new SessionTimer(TimeSpan.FromSeconds(seconds), true)));
    }

    [TestCase(true, "90;refresher=UAS", true)]
    [TestCase(true, "90;refresher=uac", false)]
    [TestCase(true, "89", null)]
    [Category("DLG-031")]
    public void The_shortest_interval_is_agreed_to(bool supports, string expires, bool? isOurs) =>
        Assert.That(
            SessionTimer.Answer(Request(supports, expires, true)),
            Is.EqualTo(isOurs is { } ours ? new SessionTimer(SessionTimer.Shortest, ours) : null));

    private static SipRequest Request(bool supports, string? expires, bool takesUpdate)
    {
        var request = new SipRequest(SipMethod.Invite, SipUri.Parse("sip:b@h"));
        request.Headers.Add("Allow", takesUpdate ? "INVITE, UPDATE" : "INVITE");
        if (supports)
        {
            request.Headers.Add("Supported", "timer");
        }

        if (expires is not null)
        {
            request.Headers.Add("x", expires);
        }

        return request;
    }
}
