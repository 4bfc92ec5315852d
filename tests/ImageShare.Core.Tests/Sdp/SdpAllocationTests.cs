using System.Text;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.Attributes;
using ImageShare.Core.Sdp.FileTransfer;

namespace ImageShare.Core.Tests.Sdp;

[TestFixture]
public sealed class SdpAllocationTests
{
    private static readonly byte[] Offer = SeedMessages.Offer;

    [Test]
    public void An_offer_with_all_that_is_said_of_its_file_costs_at_most_2500_octets()
    {
        for (int i = 0; i < 50; i++)
        {
            ReadAll();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            ReadAll();
        }

        long cost = (GC.GetAllocatedBytesForCurrentThread() - before) / 100;
        TestContext.Out.WriteLine($"{cost} octets allocated");
        Assert.That(cost, Is.LessThanOrEqualTo(2500));
    }

    [Test]
    public void What_an_attribute_means_is_read_once()
    {
        MediaDescription file = Read().Media[0];
        (FileSelector? Selector, FileDate? Date, AcceptedTypes? Types, IReadOnlyList<string>? Path) first = (file.FileSelector, file.FileDate, file.AcceptTypes, file.Path);
        Assert.Multiple(() =>
        {
            Assert.That(file.FileSelector, Is.SameAs(first.Selector));
            Assert.That(file.FileDate, Is.SameAs(first.Date));
            Assert.That(file.AcceptTypes, Is.SameAs(first.Types));
            Assert.That(file.Path, Is.SameAs(first.Path));
        });
    }

    [Test]
    public void A_changed_value_does_not_keep_the_old_meaning()
    {
        SdpAttribute read = Read().Media[0].Find("file-selector")!.Value;
        var changed = new MediaDescription { Attributes = [read with { Value = "size:5" }] };
        var renamed = new MediaDescription { Attributes = [read with { Name = "file-date" }] };
        var equal = new SdpAttribute(read.Name, read.Value);
        Assert.Multiple(() =>
        {
            Assert.That(changed.FileSelector!.Size, Is.EqualTo(5));
            Assert.That(changed.FileSelector.Name, Is.Null);
            Assert.That(renamed.FileSelector, Is.Null);
            Assert.That(renamed.FileDate, Is.Null);
            Assert.That(equal, Is.EqualTo(read));
            Assert.That(equal.GetHashCode(), Is.EqualTo(read.GetHashCode()));
        });
    }

    [TestCase("sha-1:AABBCCDD:EE:FF", 6)]
    [TestCase("sha-1:AABBCCDDEEFF00:11", 8)]
    [TestCase("sha-1:A:BC", null)]
    [TestCase("sha-1:AB::C", null)]
    [TestCase("sha-1:::::::::", null)]
    [TestCase("sha-1:AB:", null)]
    [TestCase("sha-1:AB:C", null)]
    public void A_hash_is_read_whatever_its_colons(string text, int? octets)
    {
        Assert.That(FileHash.TryParse(Encoding.ASCII.GetBytes(text), out FileHash? hash) ? hash.Value.Length : (int?)null, Is.EqualTo(octets));
    }

    private static SessionDescription Read() =>
        SessionDescription.TryParse(Offer, out SessionDescription? offer) ? offer : throw new InvalidOperationException("The offer does not read.");

    private static void ReadAll()
    {
        SessionDescription offer = Read();
        MediaDescription file = offer.Media[0];
        GC.KeepAlive(offer.GetDirection(file));
        GC.KeepAlive(offer.GetSetup(file));
        GC.KeepAlive(offer.GetConnection(file));
        GC.KeepAlive(file.FileSelector);
        GC.KeepAlive(file.FileTransferId);
        GC.KeepAlive(file.FileDisposition);
        GC.KeepAlive(file.FileDate);
        GC.KeepAlive(file.FileRange);
        GC.KeepAlive(file.FileIcon);
        GC.KeepAlive(file.Path);
        GC.KeepAlive(file.AcceptTypes);
        GC.KeepAlive(file.AcceptWrappedTypes);
        GC.KeepAlive(file.MaxSize);
    }
}
