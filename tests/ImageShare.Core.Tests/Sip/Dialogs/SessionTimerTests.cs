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
    [Category("DLG-031")]
    public void It_acts_before_the_end(int interval, bool isOurs, int seconds) =>
        Assert.That(new SessionTimer(TimeSpan.FromSeconds(interval), isOurs).ActAfter, Is.EqualTo(TimeSpan.FromSeconds(seconds)));

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
