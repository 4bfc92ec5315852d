using System.Buffers;
using System.Security.Cryptography;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Text;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>This library's own MSRP: two endpoints over loopback, all checks on; files through its own store.</summary>
internal sealed class LibraryMsrp(int chunkSize, TransferKind kind) : ITransferCase
{
    private static readonly MediaType Png = new("image", "png");

    // As the pair it is measured against: what the disk itself takes is not measured.
    private static readonly DirectoryStoreOptions WithoutFlush = new() { FlushToDisk = false };

    public string Name => $"ImageShare.Core {kind} {chunkSize}";

    public string Baseline => IdealMsrp.NameOf(chunkSize, kind);

    public int Part => TransferCases.PartOf(kind);

    public async Task<ITransferReceiver> ListenAsync(long octets) => await Receiver.CreateAsync(kind, octets);

    public async Task SendAsync(string address, long octets)
    {
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(SystemNetwork.Instance, new MsrpEndpointOptions());
        await using MsrpSession session = endpoint.CreateSession(new MsrpSessionOptions());
        session.SetPeerPath(MsrpPath.Parse(address));
        await session.ConnectAsync(active: true, CancellationToken.None);
        await using Stream? source = kind == TransferKind.HashedFile ? TransferFiles.OpenSource(octets) : null;
        MsrpOutgoingContent content = source is not null
            ? MsrpOutgoingContent.FromStream(Png, source, octets)
            : MsrpOutgoingContent.FromSequence(Png, Pieces.Of(octets));
        MsrpSendResult result = await session.SendAsync(
            content with { ChunkSize = chunkSize, MaxUnanswered = kind == TransferKind.LockStep ? 1 : int.MaxValue }, null, CancellationToken.None);
        if (result.Outcome != MsrpSendOutcome.Completed)
        {
            throw new InvalidOperationException($"The transfer ended with {result.Outcome}: this run measures nothing.");
        }
    }

    private sealed class Receiver : IMsrpMessageReceiver, ITransferReceiver
    {
        private readonly MsrpEndpoint _endpoint = MsrpEndpoint.Start(SystemNetwork.Instance, new MsrpEndpointOptions());
        private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly MsrpSession _session;
        private readonly IncrementalHash? _hash;
        private readonly long _expected;
        private IImageSink? _sink;
        private long _octets;

        private Receiver(TransferKind kind, long octets)
        {
            _expected = octets;
            _hash = kind == TransferKind.Hashed ? IncrementalHash.CreateHash(HashAlgorithmName.SHA1) : null;
            _session = _endpoint.CreateSession(new MsrpSessionOptions { Receiver = this });
        }

        public string Address => _session.LocalUri.ToString();

        public Task Completion => _completion.Task;

        public static async Task<Receiver> CreateAsync(TransferKind kind, long octets)
        {
            var receiver = new Receiver(kind, octets);
            if (kind == TransferKind.HashedFile)
            {
                receiver._sink = await ImageStore.InDirectory(TransferFiles.Inbox, WithoutFlush)
                    .CreateAsync(new IncomingImage { SuggestedName = "image.png", Type = Png, Size = octets });
            }

            return receiver;
        }

        public ValueTask<MsrpAcceptance> BeginAsync(MsrpMessageInfo message, CancellationToken cancellationToken) => ValueTask.FromResult(MsrpAcceptance.Accept);

        public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken)
        {
            _octets += data.Length;
            if (_sink is not null)
            {
                return _sink.WriteAsync(offset, data, cancellationToken);
            }

            if (_hash is not null)
            {
                foreach (ReadOnlyMemory<byte> piece in data)
                {
                    _hash.AppendData(piece.Span);
                }
            }

            return ValueTask.CompletedTask;
        }

        public async ValueTask CompleteAsync(long length, CancellationToken cancellationToken)
        {
            if (_sink is not null)
            {
                StoredImage stored = await _sink.CompleteAsync(cancellationToken);
                File.Delete(stored.Path!);
            }

            _ = _hash?.GetHashAndReset();
            if (_octets == _expected)
            {
                _completion.TrySetResult();
            }
            else
            {
                _completion.TrySetException(new InvalidOperationException($"Received {_octets} octets of {_expected}: this run measures nothing."));
            }
        }

        public ValueTask AbortAsync(MsrpAbortReason reason)
        {
            _completion.TrySetException(new InvalidOperationException($"The message was aborted ({reason}): this run measures nothing."));
            return ValueTask.CompletedTask;
        }

        public async ValueTask DisposeAsync()
        {
            await _endpoint.DisposeAsync();
            _hash?.Dispose();
            if (_sink is not null)
            {
                await _sink.DisposeAsync();
            }
        }
    }
}
