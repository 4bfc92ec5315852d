using System.IO.Pipelines;
using System.Net;
using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageShare.Core.Tests.Msrp.Transfers;

/// <summary>A transfer alone: the test is its writer loop.</summary>
[TestFixture]
public sealed class OutgoingTransferTests
{
    private static readonly MediaType Png = new("image", "png");

    [Test]
    [Category("SEC-002")]
    public async Task Cancelling_during_a_flush_is_told_after_it()
    {
        using var source = new MemoryStream(new byte[6400]);
        using OutgoingTransfer transfer = Begin(MsrpOutgoingContent.FromStream(Png, source, 6400) with { ChunkSize = 64 });
        Assert.That(await transfer.Bytes.FillAsync(() => { }, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience), Is.True);
        var wire = new Pipe();
        Assert.That(transfer.Write(wire.Writer, 1000), Is.True);
        transfer.Stop(TransferStop.Cancelled);
        transfer.Flushed(0);
        Assert.That(transfer.Result.IsCompleted, Is.False, "the peer does not know yet");
        await wire.Writer.FlushAsync();
        wire.Reader.AdvanceTo((await wire.Reader.ReadAsync()).Buffer.End);
        Assert.That(transfer.Write(wire.Writer, 1000), Is.True);
        transfer.Flushed(0);
        Assert.That((await transfer.Result.WaitAsync(RawMsrpPeer.Patience)).Outcome, Is.EqualTo(MsrpSendOutcome.Aborted));
        await wire.Writer.FlushAsync();
        Assert.That(Encoding.ASCII.GetString((await wire.Reader.ReadAsync()).Buffer.FirstSpan), Does.EndWith("#\r\n"));
    }

    [Test]
    public async Task What_was_in_memory_is_the_callers_again_when_the_call_has_ended()
    {
        byte[] bytes = new byte[6400];
        var wire = new Pipe();
        OutgoingTransfer transfer = Begin(MsrpOutgoingContent.FromMemory(Png, bytes) with { ChunkSize = 64 });
        Assert.That(transfer.Write(wire.Writer, 1000), Is.True);
        transfer.Stop(TransferStop.Cancelled);
        transfer.Dispose();

        // The writer loop has yet to notice; somebody else uses the memory by now.
        Array.Fill(bytes, (byte)'!');
        Assert.That(transfer.Write(wire.Writer, 1000), Is.True);
        Assert.That(transfer.Write(wire.Writer, 1000), Is.False);
        await wire.Writer.FlushAsync();
        string written = Encoding.Latin1.GetString((await wire.Reader.ReadAsync()).Buffer.FirstSpan);
        Assert.That(written, Does.EndWith("#\r\n"));
        Assert.That(written, Does.Not.Contain("!"));
    }

    private static OutgoingTransfer Begin(MsrpOutgoingContent content)
    {
        var path = new MsrpPath(MsrpUri.Parse("msrp://127.0.0.1:2855/a;tcp"));
        return new OutgoingTransfer(
            new OutgoingMessage(new MsrpSendHeaders(path, path, content.MessageId, content.ContentType), content),
            new PeerRoute(),
            new WriterState(new IPEndPoint(IPAddress.Loopback, 2856), new IPEndPoint(IPAddress.Loopback, 2855)),
            new TransferSettings(new ManualTimeProvider(), NullLogger.Instance) { TransactionTimeout = TimeSpan.FromSeconds(30) },
            new TransferBudget());
    }
}
