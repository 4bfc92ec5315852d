using System.Net;

namespace ImageShare.Core.Net;

/// <summary>A bound datagram socket. Only one receive at a time; sends may overlap with each other and with a receive.</summary>
public interface IDatagramSocket : IAsyncDisposable
{
    /// <summary>The bound address and port.</summary>
    IPEndPoint LocalEndPoint { get; }

    /// <summary>Sends a datagram, whose memory is valid until the task completes. Completion does not mean that it arrived.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> datagram, IPEndPoint remote, CancellationToken cancellationToken = default);

    /// <summary>Waits for a datagram and copies it into <paramref name="buffer"/>; excess bytes are lost.</summary>
    ValueTask<ReceivedDatagram> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);
}

/// <summary>The length and sender of a received datagram.</summary>
/// <param name="Length">The number of bytes written to the buffer.</param>
/// <param name="Remote">The sender's address and port.</param>
public readonly record struct ReceivedDatagram(int Length, IPEndPoint Remote);
