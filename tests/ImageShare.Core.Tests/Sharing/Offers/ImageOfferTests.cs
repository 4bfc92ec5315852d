using System.Text;
using ImageShare.Core.Images;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.Offers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Offers;

[TestFixture]
public sealed class ImageOfferTests
{
    // The offer of the Mercuro client's INVITE of 2009, as it was on the wire.
    private static readonly string MercuroOffer = System.Text.Encoding.UTF8.GetString(SeedMessages.Offer);

    private static readonly ImageOffer Inputs = new()
    {
        Origin = new Origin("-", 3344, 3344, "192.168.16.108"),
        Connection = new ConnectionData("192.168.16.108"),
        Port = 1248,
        Path = "msrp://192.168.16.108:1248/fnfozvsrtkj;tcp",
        Image = new ImageDescription
        {
            Name = "Image 18.png",
            Type = new MediaType("image", "png"),
            Size = 78169,
            Sha1 = "4AFBE201A90BC06FEBC723BD2E2621A65D2B6CDB",
            Created = new DateTimeOffset(2008, 10, 15, 10, 40, 46, 405, TimeSpan.Zero),
        },
        TransferId = new FileTransferId("prepggxrpnrvystmwcysyycqpevikeff"),
        AcceptedTypes = [new MediaType("image", "jpeg"), new MediaType("image", "png")],
        IconUrl = "cid:test@mercuro.net",
    };

    [Test]
    [Category("FT-007")]
    public void Only_a_profile_that_says_so_names_two_hashes() => Assert.Multiple(() =>
    {
        ImageOffer offer = Inputs with { Image = Inputs.Image with { Sha256 = string.Concat(Enumerable.Repeat("A7", 32)) } };
        foreach (ImageShareProfile profile in ImageShareProfile.All)
        {
            string[] hashes = [.. offer.Write(profile).Media[0].FileSelector!.Hashes.Select(h => h.KnownName!)];
            Assert.That(hashes, Is.EqualTo(profile == ImageShareProfile.Rfc5547 ? (string[])["sha-1", "sha-256"] : ["sha-1"]), profile.Name);
        }
    });

    [Test]
    public void The_Mercuro_profile_writes_the_client_s_own_offer_octet_for_octet()
    {
        byte[] written = Inputs.Write(ImageShareProfile.Mercuro).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(Encoding.UTF8.GetString(written), Is.EqualTo(MercuroOffer));
            Assert.That(written, Has.Length.EqualTo(555));
        });
    }

    [Test]
    [Category("IS-014")]
    [Category("FT-009")]
    public void Every_profile_offers_a_push_with_path_types_selector_and_transfer_id([ValueSource(typeof(ImageShareProfile), nameof(ImageShareProfile.All))] ImageShareProfile profile)
    {
        SessionDescription offer = Read(Inputs.Write(profile));
        MediaDescription media = offer.Media.Single();
        Assert.Multiple(() =>
        {
            Assert.That(offer.GetDirection(media), Is.EqualTo(MediaDirection.SendOnly));
            Assert.That(media.IsMsrp, Is.True);
            Assert.That(media.Path, Is.EqualTo(new[] { Inputs.Path }));
            Assert.That(media.AcceptTypes, Is.Not.Null);
            Assert.That(media.FileSelector!.Name, Is.EqualTo("Image 18.png"));
            Assert.That(media.FileSelector.Type, Is.EqualTo(new MediaType("image", "png")));
            Assert.That(media.FileSelector.Size, Is.EqualTo(78169));
            Assert.That(media.FileSelector.IsEnoughToPush, Is.True);
            Assert.That(media.FileTransferId!.Value.Value, Is.EqualTo(Inputs.TransferId.Value));
            Assert.That(offer.GetConnection(media)!.Address, Is.EqualTo("192.168.16.108"));
        });
    }

    [TestCase("image/jpeg image/png", "image/png image/jpeg")]
    [TestCase("image/jpeg", "image/png image/jpeg")]
    [TestCase("IMAGE/PNG image/jpeg", "image/png image/jpeg")]
    [TestCase("image/jpeg image/gif image/png", "image/png image/jpeg image/gif")]
    [Category("MSRP-035")]
    public void The_type_of_the_image_itself_comes_first(string accepted, string written)
    {
        ImageOffer offer = Inputs with { AcceptedTypes = AcceptedTypes.Parse(accepted).Entries };
        foreach (ImageShareProfile profile in ImageShareProfile.All.Where(static p => p != ImageShareProfile.Mercuro))
        {
            Assert.That(offer.Write(profile).Media.Single().Find("accept-types")?.Value, Is.EqualTo(written), profile.Name);
        }
    }

    [TestCase("Rcs2", "actpass", 1248)]
    [TestCase("Ir79", "actpass", 1248)]
    [TestCase("Rfc5547", "actpass", 1248)]
    [TestCase("RcsE", "active", 9)]
    [TestCase("Mercuro", null, 1248)]
    [Category("TLS-001")]
    public void The_connection_role_is_what_the_profile_says(string name, string? setup, int port)
    {
        MediaDescription media = Read(Inputs.Write(ImageShareProfile.Find(name)!)).Media.Single();
        Assert.Multiple(() =>
        {
            Assert.That(media.Find("setup")?.Value, Is.EqualTo(setup));
            Assert.That(media.Port, Is.EqualTo(port));
        });
    }

    [TestCase("Rcs2", "creation:\"Wed, 15 Oct 2008 10:40:46 +0000\"")]
    [TestCase("Rfc5547", "creation:\"Wed, 15 Oct 2008 10:40:46 +0000\"")]
    [TestCase("Mercuro", "creation:2008-10-15T10:40:46.405Z")]
    [TestCase("Ir79", null)]
    [TestCase("RcsE", null)]
    public void Dates_are_written_as_the_profile_says(string name, string? date) =>
        Assert.That(Read(Inputs.Write(ImageShareProfile.Find(name)!)).Media.Single().Find("file-date")?.Value, Is.EqualTo(date));

    [Test]
    public void When_the_image_was_last_read_never_leaves()
    {
        ImageOffer offer = Inputs with { Image = Inputs.Image with { Read = DateTimeOffset.UnixEpoch } };
        Assert.That(offer.Write(ImageShareProfile.Rcs2).ToString(), Does.Not.Contain("read:"));
    }

    private static SessionDescription Read(SessionDescription written)
    {
        Assert.That(SessionDescription.TryParse(written.ToArray(), SdpLimits.Default, out SessionDescription? read, out SdpReadError error), Is.True, error.ToString());
        return read!;
    }
}
