using System.Net;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sharing.Offers;

namespace ImageShare.Core.Tests.Sharing.Offers;

/// <summary>The tables of RFC 6714 §4.</summary>
[TestFixture]
public sealed class CemaTests
{
    // Answered with it, address in the path, we connect, our relay, the peer's relay.
    [TestCase(true, true, true, false, false, nameof(CemaCourse.Path), Description = "no middlebox: both addresses are the same")]
    [TestCase(true, true, true, false, true, nameof(CemaCourse.Path), Description = "a relay, no middlebox")]
    [TestCase(true, true, false, false, false, nameof(CemaCourse.Path))]
    [TestCase(true, false, true, false, false, nameof(CemaCourse.MediaLine))]
    [TestCase(true, false, true, false, true, nameof(CemaCourse.MediaLine))]
    [TestCase(true, false, false, false, false, nameof(CemaCourse.Path), Description = "the peer connects")]
    [TestCase(true, false, true, true, false, nameof(CemaCourse.Path), Description = "our relay connects, and knows paths only")]
    [Category("TLS-012")]
    public void An_answer_with_the_extension_says_where_to_connect(bool answered, bool matches, bool isActive, bool hasRelay, bool peerHasRelay, string expected) =>
        Assert.That(Cema.AfterAnswer(answered, matches, isActive, hasRelay, peerHasRelay).ToString(), Is.EqualTo(expected));

    [TestCase(false, false, false, false, false, nameof(CemaCourse.OfferAgain), Description = "criterion 1")]
    [TestCase(false, false, false, true, false, nameof(CemaCourse.OfferAgain), Description = "criterion 1, with relays")]
    [TestCase(false, false, false, false, true, nameof(CemaCourse.OfferAgain), Description = "criterion 1, with relays")]
    [TestCase(false, false, true, true, false, nameof(CemaCourse.OfferAgain), Description = "criterion 2")]
    [TestCase(false, false, true, false, true, nameof(CemaCourse.OfferAgain), Description = "criterion 3")]
    [TestCase(false, false, true, true, true, nameof(CemaCourse.OfferAgain), Description = "criteria 2 and 3")]
    [TestCase(false, false, true, false, false, nameof(CemaCourse.MediaLine), Description = "none of the criteria: the middlebox is connected to")]
    [TestCase(false, true, true, false, false, nameof(CemaCourse.Path))]
    [TestCase(false, true, false, false, false, nameof(CemaCourse.Path))]
    [TestCase(false, true, true, true, true, nameof(CemaCourse.Path))]
    [TestCase(false, true, false, true, true, nameof(CemaCourse.Path))]
    [Category("TLS-013")]
    public void An_answer_without_it_leads_to_another_offer_where_a_middlebox_would_be_in_the_way(
        bool answered, bool matches, bool isActive, bool hasRelay, bool peerHasRelay, string expected) =>
        Assert.That(Cema.AfterAnswer(answered, matches, isActive, hasRelay, peerHasRelay).ToString(), Is.EqualTo(expected));

    [TestCase(false, false, SetupRole.ActPass, false, false, nameof(CemaReply.Refuse))]
    [TestCase(false, false, SetupRole.Active, false, true, nameof(CemaReply.Refuse))]
    [TestCase(false, false, null, true, true, nameof(CemaReply.Refuse))]
    [TestCase(false, true, SetupRole.ActPass, false, false, nameof(CemaReply.With))]
    [TestCase(true, false, SetupRole.ActPass, false, false, nameof(CemaReply.With))]
    [TestCase(true, true, SetupRole.ActPass, false, false, nameof(CemaReply.With))]
    [TestCase(true, false, SetupRole.Active, false, false, nameof(CemaReply.With))]
    [TestCase(true, false, SetupRole.ActPass, false, true, nameof(CemaReply.With))]
    [TestCase(true, false, SetupRole.ActPass, true, true, nameof(CemaReply.Without), Description = "criterion 1")]
    [TestCase(true, false, SetupRole.Active, false, true, nameof(CemaReply.Without), Description = "criterion 2")]
    [TestCase(true, false, null, false, true, nameof(CemaReply.Without), Description = "criterion 2, by default")]
    [TestCase(true, false, SetupRole.Passive, true, false, nameof(CemaReply.Without), Description = "criterion 3")]
    [TestCase(true, false, SetupRole.ActPass, true, false, nameof(CemaReply.With))]
    [Category("TLS-014")]
    public void An_offer_is_refused_answered_without_or_answered_with_it(
        bool offered, bool matches, SetupRole? setup, bool hasRelay, bool peerHasRelay, string expected) =>
        Assert.That(Cema.ToOffer(offered, matches, setup, hasRelay, peerHasRelay).ToString(), Is.EqualTo(expected));

    [TestCase("10.0.0.1", 2855, "10.0.0.1:2855", null, true)]
    [TestCase("10.0.0.1", 2855, "10.0.0.2:2855", null, false)]
    [TestCase("10.0.0.1", 2855, "10.0.0.1:2856", null, false)]
    [TestCase("10.0.0.1 10.0.0.2", 2855, "10.0.0.2:2855", null, true)]
    [TestCase("10.0.0.1", 2855, "10.0.0.9:1 10.0.0.1:2855", null, true)]
    [TestCase("2001:db8::1", 2855, "[2001:DB8:0:0::1]:2855", null, true)]
    [TestCase("::ffff:10.0.0.1", 2855, "10.0.0.1:2855", null, true)]
    [TestCase("", 2855, "10.0.0.1:2855", null, false)]
    [TestCase("10.0.0.1", 2855, "", null, false)]
    [TestCase("10.0.0.1", 9, "10.0.0.1:2855", SetupRole.Active, true)]
    [TestCase("10.0.0.1", 9, "10.0.0.1:2855", SetupRole.ActPass, false)]
    [Category("TLS-013")]
    [Category("TLS-014")]
    public void Addresses_are_compared_as_numbers_with_their_ports(string addresses, int port, string path, SetupRole? setup, bool expected) => Assert.That(
        Cema.Matches(
            [.. addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)],
            port,
            path.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPEndPoint.Parse),
            setup),
        Is.EqualTo(expected));
}
