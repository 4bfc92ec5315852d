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
public readonly record struct ReceivedDatagram
{
    /// <summary>Creates one from the values it must have.</summary>
    /// <param name="length">See <see cref="Length"/>.</param>
    /// <param name="remote">See <see cref="Remote"/>.</param>
    public ReceivedDatagram(int length, IPEndPoint remote)
    {
        Length = length;
        Remote = remote;
    }

    /// <summary>The number of bytes written to the buffer.</summary>
    public int Length { get; init; }

    /// <summary>The sender's address and port.</summary>
    public IPEndPoint Remote { get; init; }
}
