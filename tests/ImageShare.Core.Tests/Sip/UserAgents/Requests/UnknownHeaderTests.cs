using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Core.Tests.Sip.UserAgents.Requests;

/// <summary>Header fields and parameters that nobody here knows, or that have no business in the message they stand in.</summary>
[TestFixture]
internal sealed class UnknownHeaderTests : AgentTest
{
    private static readonly (string Name, string Value)[] Strange =
    [
        ("X-Unknown", "a;b=\"c, d\""), ("NewFangledHeader", "newfangled value; param=1"), ("Retry-After", "3600"), ("WWW-Authenticate", "Digest realm=\"x\", nonce=\"n\""),
        ("Unsupported", "everything"), ("Warning", "399 h \"none of your business\""), ("RSeq", "7"), ("Min-Expires", "60"), ("Date", "Fri, 01 Jan 2010 16:00:00 EST"),
        ("P-Strange-Thing", "<sip:h;x>;y=z;;"),
    ];

    [TestCase("OPTIONS")]
    [TestCase("INVITE")]
    [Category("SIPG-021")]
    public async Task They_change_nothing_about_the_answer_and_stay_in_the_message(string method)
    {
        BobHandler.InviteReceived = static invite => invite.Reject(603);
        SipRequest request = Raw(method);
        foreach ((string name, string value) in Strange)
        {
            request.Headers.Add(name, value);
        }

        request.Headers.Set("Contact", $"<sip:stranger@127.0.0.1:{StrangerPort};ob;x-uri=1>;expires=abc;x-none;y=\"z, z\"");
        Assert.That(SipReader.TryReadDatagram(request.ToArray(), null, out SipMessage? read, out _), Is.True);
        Assert.That(read!.ToArray(), Is.EqualTo(request.ToArray()), "kept as they were");
        Assert.That((await AskBobAsync((SipRequest)read)).Single(r => r.IsFinal).StatusCode, Is.EqualTo(method == "INVITE" ? 603 : 200));
        if (method == "INVITE")
        {
            Assert.That(BobHandler.Invites.Single().Request.Headers.GetString("X-Unknown"), Is.EqualTo("a;b=\"c, d\""));
            await RunAsync(40);
        }
    }
}
