using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.Peers;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageShare.Core.Tests.Sharing.Peers;

[TestFixture]
public sealed class PeerCapabilitiesTests
{
    private static readonly SipUri Bob = SipUri.Parse("sip:bob@ims.example");
    private static readonly ImageShareCapabilities Capable = new() { Evidence = CapabilityEvidence.Sdp, AcceptedTypes = ["image/jpeg"], MaxSize = 1000, SipStatus = 200 };

    private readonly ManualTimeProvider _time = new();

    [Test]
    public void What_was_learned_is_found_however_the_address_is_decorated()
    {
        PeerCapabilities known = Create();
        known.Learn(Bob, Capable);
        foreach (string same in new[] { "sip:bob@IMS.example", "sips:bob@ims.example", "sip:bob@ims.example;user=phone", "sip:b%6fb@ims.example" })
        {
            Assert.That(known.TryGet(SipUri.Parse(same), out ImageShareCapabilities? found), Is.True, same);
            Assert.That(found, Is.SameAs(Capable));
        }

        foreach (string other in new[] { "sip:Bob@ims.example", "sip:bob@ims.example:5070", "sip:ims.example", "tel:+49" })
        {
            Assert.That(known.TryGet(SipUri.Parse(other), out _), Is.False, other);
        }
    }

    [Test]
    public void Its_time_passes()
    {
        PeerCapabilities known = Create();
        known.Learn(Bob, Capable);
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.That(known.TryGet(Bob, out _), Is.True);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.That(known.TryGet(Bob, out _), Is.False);
        Assert.That(known.Count, Is.Zero);
    }

    [Test]
    public void No_more_than_so_many_are_kept_and_the_oldest_goes_first()
    {
        PeerCapabilities known = Create(most: 3);
        for (int i = 0; i < 5; i++)
        {
            known.Learn(SipUri.Parse($"sip:{i}@ims.example"), Capable);
            known.Learn(SipUri.Parse("sip:0@ims.example"), Capable);
        }

        Assert.That(known.Count, Is.EqualTo(3));
        Assert.That(Enumerable.Range(0, 5).Where(i => known.TryGet(SipUri.Parse($"sip:{i}@ims.example"), out _)), Is.EqualTo(new[] { 0, 3, 4 }));
    }

    [Test]
    public void The_event_comes_with_the_first_answer_and_with_each_that_differs()
    {
        PeerCapabilities known = Create();
        List<string> heard = [];
        known.Changed += (_, change) => heard.Add($"{change.Peer.User} {change.Capabilities.CanShareImages} {change.Capabilities.MaxSize}");
        known.Learn(Bob, Capable);
        known.Learn(Bob, Capable with { Software = "another", Evidence = CapabilityEvidence.IariAndSdp });
        known.Learn(Bob, Capable with { MaxSize = 2000 });
        known.Learn(Bob, Capable with { MaxSize = 2000, AcceptedTypes = ["image/png"] });
        known.Learn(Bob, new ImageShareCapabilities { SipStatus = 480 });
        known.Learn(Bob, new ImageShareCapabilities { SipStatus = 404 });
        Assert.That(heard, Is.EqualTo(new[] { "bob True 1000", "bob True 2000", "bob True 2000", "bob False " }));
    }

    [Test]
    public void A_handler_that_throws_harms_nothing()
    {
        PeerCapabilities known = Create();
        known.Changed += static (_, _) => throw new InvalidOperationException();
        known.Learn(Bob, Capable);
        Assert.That(known.TryGet(Bob, out _), Is.True);
    }

    [Test]
    public void What_a_peer_says_unasked_adds_and_never_takes_away()
    {
        PeerCapabilities known = Create();
        known.LearnFrom(Request(tagged: false), []);
        Assert.That(known.TryGet(Bob, out _), Is.False);
        known.Learn(Bob, new ImageShareCapabilities { SipStatus = 480 });
        known.LearnFrom(Request(tagged: true), []);
        Assert.That(known.TryGet(Bob, out ImageShareCapabilities? said) && said.Evidence == CapabilityEvidence.Iari, Is.True);
        known.Learn(Bob, Capable);
        known.LearnFrom(Request(tagged: true), []);
        known.LearnFrom(Request(tagged: false), []);
        Assert.That(known.TryGet(Bob, out ImageShareCapabilities? asked) && asked == Capable, Is.True);
        known.Clear();
        Assert.That(known.TryGet(Bob, out _), Is.False);
    }

    [Test]
    public async Task A_client_learns_from_its_queries_and_from_those_who_ask_it()
    {
        await using SharePair pair = await SharePair.StartAsync(new InMemoryNetwork());
        List<string> alice = [];
        List<string> bob = [];
        pair.Alice.Capabilities.Changed += (_, change) => alice.Add($"{change.Peer} {change.Capabilities.Evidence}");
        pair.Bob.Capabilities.Changed += (_, change) => bob.Add($"{change.Peer} {change.Capabilities.Evidence}");
        await pair.Alice.QueryCapabilitiesAsync(pair.Bob.Address).WaitAsync(SharePair.Patience);
        await pair.Alice.QueryCapabilitiesAsync(pair.Bob.Address).WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(alice, Is.EqualTo(new[] { $"{pair.Bob.Address} IariAndSdp" }));
            Assert.That(bob, Is.EqualTo(new[] { "sip:alice@ims.example Iari" }));
            Assert.That(pair.Alice.Capabilities.TryGet(pair.Bob.Address, out ImageShareCapabilities? known) && known.Accepts(new Core.Text.MediaType("image", "jpeg")), Is.True);
        });
    }

    private PeerCapabilities Create(int most = 100) => new(most, TimeSpan.FromHours(1), _time, NullLogger.Instance);

    private static SipRequest Request(bool tagged)
    {
        var request = new SipRequest(SipMethod.Options, SipUri.Parse("sip:alice@ims.example"));
        request.Headers.Add("From", "<sip:bob@ims.example>;tag=1");
        request.Headers.Add("Contact", "<sip:bob@10.0.0.2>" + (tagged ? ";+g.3gpp.app_ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"" : string.Empty));
        return request;
    }
}
