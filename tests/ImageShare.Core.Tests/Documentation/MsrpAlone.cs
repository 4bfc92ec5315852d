using System.Buffers;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Documentation;

/// <summary>A file from one endpoint to another without SIP: the two paths are given.</summary>
internal static class MsrpAlone
{
    public static async Task<MsrpSendResult> RunAsync(string file, string copy, CancellationToken cancellationToken)
    {
        await using MsrpEndpoint bob = MsrpEndpoint.Start(SystemNetwork.Instance, new MsrpEndpointOptions());
        await using MsrpEndpoint alice = MsrpEndpoint.Start(SystemNetwork.Instance, new MsrpEndpointOptions());
        await using var receiver = new FileReceiver(copy);
        await using MsrpSession incoming = bob.CreateSession(new MsrpSessionOptions { Receiver = receiver, MaxMessageSize = 100_000_000 });
        await using MsrpSession outgoing = alice.CreateSession(new MsrpSessionOptions());

        // What a=path carries in SDP. The passive side need not know the other before it connects.
        outgoing.SetPeerPath(new MsrpPath(incoming.LocalUri));
        await outgoing.ConnectAsync(active: true, cancellationToken);

        await using FileStream source = File.OpenRead(file);
        var content = MsrpOutgoingContent.FromStream(new MediaType("image", "png"), source, source.Length);
        return await outgoing.SendAsync(content, acknowledged: null, cancellationToken);
    }

    private sealed class FileReceiver(string path) : IMsrpMessageReceiver, IAsyncDisposable
    {
        private FileStream? _file;

        public ValueTask<MsrpAcceptance> BeginAsync(MsrpMessageInfo message, CancellationToken cancellationToken)
        {
            // One file, of a type we know; its name is ours and never the peer's.
            if (_file is not null || message.ContentType?.Is("image", "png") != true)
            {
                return ValueTask.FromResult(MsrpAcceptance.Refuse(_file is null ? 415 : 413));
            }

            _file = new FileStream(path, FileMode.CreateNew);
            return ValueTask.FromResult(MsrpAcceptance.Accept);
        }

        public async ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken)
        {
            // Chunks may come in any order. The connection owns the bytes: they are valid until this call completes.
            _file!.Position = offset;
            foreach (ReadOnlyMemory<byte> piece in data)
            {
                await _file.WriteAsync(piece, cancellationToken);
            }
        }

        public ValueTask CompleteAsync(long length, CancellationToken cancellationToken) => DisposeAsync();

        public async ValueTask AbortAsync(MsrpAbortReason reason)
        {
            await DisposeAsync();
            File.Delete(path);
        }

        public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
