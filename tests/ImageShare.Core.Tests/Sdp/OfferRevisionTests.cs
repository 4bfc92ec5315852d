using System.Collections.Immutable;
using System.Net;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;

namespace ImageShare.Core.Tests.Sdp;

/// <summary>The second and every later description of a session.</summary>
[TestFixture]
public sealed class OfferRevisionTests
{
    private static readonly MediaDescription File = new()
    {
        Port = 2855,
        Attributes =
        [
            SdpAttributes.Direction(MediaDirection.SendOnly),
            SdpAttributes.Path("msrp://192.0.2.1:2855/x;tcp"),
            SdpAttributes.FileSelector(new FileSelector { Name = "a.png", Size = 5 }),
            SdpAttributes.FileTransferId(new FileTransferId("vBnG916bdberum2fFEABR1FR3ExZMUrd")),
        ],
    };

    private static readonly MediaDescription Audio = new() { Media = "audio", Port = 7, Protocol = "RTP/AVP", Formats = ["0"] };

    [Test]
    [Category("SDP-003")]
    public void A_session_begins_with_62_random_bits_and_each_change_raises_the_version_by_one()
    {
        ulong[] ids = [.. Enumerable.Range(0, 1000).Select(_ => Origin.Create(IPAddress.Loopback).SessionId.TryGetUInt64(out ulong id) ? id : ulong.MaxValue)];
        Assert.That(ids, Is.Unique.And.All.LessThan(1UL << 62));
        Assert.That(ids.Max(), Is.GreaterThan(1UL << 61), "all of the bits are used");

        SessionDescription first = Session(File);
        SessionDescription second = OfferRevision.Next(first, first with { Media = OfferRevision.Remove(first.Media, 0) });
        SessionDescription third = OfferRevision.Next(second, second with { Information = "more" });
        Assert.That(second.Origin, Is.EqualTo(first.Origin with { Version = first.Origin.Version.Next() }));
        Assert.That(third.Origin, Is.EqualTo(first.Origin with { Version = first.Origin.Version.Next().Next() }));
    }

    [Test]
    [Category("SDP-003")]
    public void What_does_not_change_keeps_its_version()
    {
        SessionDescription first = Session(File, Audio);
        SessionDescription again = OfferRevision.Next(first, Session(File, Audio));
        Assert.That(again.ToString(), Is.EqualTo(first.ToString()));
    }

    [Test]
    [Category("SDP-003")]
    public void An_address_that_moved_is_a_change()
    {
        SessionDescription first = Session(File);
        SessionDescription moved = OfferRevision.Next(first, first with { Origin = Origin.Create(IPAddress.IPv6Loopback) });
        Assert.That(moved.Origin, Is.EqualTo(new Origin("-", first.Origin.SessionId, first.Origin.Version.Next(), "::1")));
    }

    [Test]
    [Category("SDP-012")]
    public void Sections_keep_their_places_and_new_ones_take_a_free_place_or_the_end()
    {
        ImmutableArray<MediaDescription> two = OfferRevision.Add([File], Audio);
        Assert.That(two, Is.EqualTo(new[] { File, Audio }));
        ImmutableArray<MediaDescription> removed = OfferRevision.Remove(two, 0);
        Assert.That(removed.Select(m => (m.Media, m.Port)), Is.EqualTo(new[] { ("message", 0), ("audio", 7) }));
        MediaDescription video = Audio with { Media = "video" };
        Assert.That(OfferRevision.Add(removed, video), Is.EqualTo(new[] { video, Audio }));
        Assert.That(OfferRevision.Add([.. OfferRevision.Add(removed, video)], File), Is.EqualTo(new[] { video, Audio, File }));
    }

    [Test]
    [Category("SDP-012")]
    public void An_offer_that_drops_or_swaps_a_section_does_not_leave()
    {
        SessionDescription first = Session(File, Audio);
        Assert.That(() => OfferRevision.Next(first, first with { Media = [File] }), Refused());
        Assert.That(() => OfferRevision.Next(first, first with { Media = [Audio, File] }), Refused());

        // A place that is free may become anything.
        SessionDescription freed = first with { Media = OfferRevision.Remove(first.Media, 0) };
        Assert.That(OfferRevision.Next(freed, freed with { Media = [Audio, Audio] }).Media, Is.EqualTo(new[] { Audio, Audio }));

        static NUnit.Framework.Constraints.IResolveConstraint Refused() =>
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidValue);
    }

    [Test]
    [Category("FT-034")]
    public void A_file_that_is_done_with_keeps_its_line_and_its_id_at_port_0()
    {
        SessionDescription first = Session(File);
        SessionDescription next = OfferRevision.Next(first, first with { Information = "unrelated", Media = OfferRevision.Remove(first.Media, 0) });
        MediaDescription line = next.Media.Single();
        Assert.That((line.Media, line.Port), Is.EqualTo(("message", 0)));
        Assert.That(line.FileTransferId, Is.EqualTo(File.FileTransferId));
        Assert.That(next.ToString(), Does.Contain("m=message 0 TCP/MSRP *\r\n").And.Contain("a=file-transfer-id:vBnG916bdberum2fFEABR1FR3ExZMUrd\r\n"));
    }

    private static SessionDescription Session(params MediaDescription[] media) => new()
    {
        Origin = new Origin("-", 1UL << 61, 4, "192.0.2.1"),
        Connection = new ConnectionData(IPAddress.Parse("192.0.2.1")),
        Media = [.. media],
    };
}
