using System.Text;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Sessions;

namespace ImageShare.Core.Tests.Sip.UserAgents.Sessions;

/// <content>Offers of both sides at once.</content>
internal sealed partial class OfferTests
{
    [TestCase("INVITE", "INVITE")]
    [TestCase("INVITE", "UPDATE")]
    [TestCase("UPDATE", "INVITE")]
    [TestCase("UPDATE", "UPDATE")]
    [Category("DLG-027")]
    public async Task Offers_that_meet_are_both_refused_with_491_and_made_again_the_callees_first(string callers, string callees)
    {
        (InviteDialog alice, InviteDialog bob, _) = await EstablishAsync();
        alice.OnRequest = static request => Accept(request, "of alice");
        bob.OnRequest = static request => Accept(request, "of bob");
        double began = Clock.Elapsed.TotalSeconds;
        List<WireEntry> held = [];
        Network.Filter = e =>
        {
            if (held.Count == 2 || e.Name is not ("INVITE" or "UPDATE"))
            {
                return true;
            }

            held.Add(e);
            return false;
        };
        Task<SipResponse> one = alice.OfferAsync(new SipMethod(callers), Offer, Sdp);
        Task<SipResponse> two = bob.OfferAsync(new SipMethod(callees), OtherOffer, Sdp);
        await SettleAsync();
        Assert.That(held, Has.Count.EqualTo(2));
        held.ForEach(Network.Repeat);
        await SettleAsync();
        Assert.That(Network.Log.Count(e => e.Response?.StatusCode == 491), Is.EqualTo(2));

        // The callee comes again within 2 s, the caller after 2.1 s and within 4.
        await RunFineAsync(2.0);
        Assert.That(Encoding.UTF8.GetString((await Within(two)).Body.Span), Is.EqualTo("of alice"));
        Assert.That(one.IsCompleted, Is.False);
        await RunFineAsync(2.1);
        Assert.That(Encoding.UTF8.GetString((await Within(one)).Body.Span), Is.EqualTo("of bob"));
        double again = Network.Log.Last(e => e.From.Port == AlicePort && e.Name == callers).At - began;
        Assert.That(again, Is.InRange(2.1, 4.0));
        Assert.That(Math.Round(again * 100) - (again * 100), Is.EqualTo(0).Within(1e-6), "a step of 10 ms");
        Assert.That(Network.Log.Count(e => e.Response?.StatusCode == 491), Is.EqualTo(2));
        await EndAsync(alice);
    }

    [Test]
    [Category("DLG-027")]
    public async Task A_peer_that_never_gives_way_is_told_of_in_the_end()
    {
        (InviteDialog alice, InviteDialog bob, _) = await EstablishAsync();
        bob.OnRequest = static request => request.Respond(491);
        Task<SipResponse> offered = alice.OfferAsync(SipMethod.Invite, Offer, Sdp);
        await RunAsync(40);
        Assert.That((await Within(offered)).StatusCode, Is.EqualTo(491));
        double[] times = Network.TimesOf("INVITE")[1..];
        Assert.That(times, Has.Length.EqualTo(OfferMachine.MostMeetings + 1));
        Assert.That(times.Zip(times.Skip(1), static (a, b) => b - a), Is.All.InRange(2.0, 4.2));
        await EndAsync(alice);
    }

    [TestCase("INVITE")]
    [TestCase("UPDATE")]
    [Category("DLG-027")]
    public async Task Ours_waits_until_the_peers_is_answered_and_a_second_of_the_peer_is_refused(string method)
    {
        (InviteDialog alice, InviteDialog bob, _) = await EstablishAsync();
        List<IncomingRequest> asked = [];
        bob.OnRequest = asked.Add;
        alice.OnRequest = static request => Accept(request, "of alice");
        Task<SipResponse> theirs = alice.OfferAsync(new SipMethod(method), Offer, Sdp);
        await SettleAsync();
        Task<SipResponse> ours = bob.OfferAsync(SipMethod.Invite, OtherOffer, Sdp);
        await SettleAsync();
        Assert.That(Network.Log.Count(e => e.From.Port == BobPort && e.Name == "INVITE"), Is.Zero, "it waits");

        // What the same peer sends meanwhile, were it not to keep to the rule.
        SipRequest second = Sent(method).Last().Clone();
        second.Headers.Set("Via", $"SIP/2.0/UDP 127.0.0.1:{StrangerPort};branch=z9hG4bKsecond");
        second.Headers.Set("CSeq", $"30 {method}");
        SipResponse refused = (await AskBobAsync(second)).Single();
        Assert.That((refused.StatusCode, refused.Headers.RetryAfter), Is.EqualTo((500, refused.Headers.RetryAfter)));
        Assert.That(refused.Headers.RetryAfter, Is.InRange(0, 10));
        Accept(asked.Single(), "of bob");
        await SettleAsync();
        Assert.That((await Within(theirs)).StatusCode, Is.EqualTo(200));
        Assert.That(Encoding.UTF8.GetString((await Within(ours)).Body.Span), Is.EqualTo("of alice"));
        string[] order = [.. Network.Names.SkipWhile(n => n != "200 " + method || method == "INVITE").Where(n => n is "ACK" or "INVITE" or "200 INVITE")];
        Assert.That(order, method == "INVITE" ? Is.Empty : Is.EqualTo(new[] { "INVITE", "200 INVITE", "ACK" }));
        await EndAsync(alice, 33);
    }

    // In steps of 10 ms, as the rests are.
    private async Task RunFineAsync(double seconds)
    {
        TimeSpan end = Clock.Elapsed + TimeSpan.FromSeconds(seconds);
        while (Clock.Elapsed < end)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(10));
            await SettleAsync();
        }
    }
}
