using System.Net;

namespace ImageShare.Core.Net;

/// <summary>A bound datagram socket. One receive at a time; sends may overlap with each other and with it.</summary>
public interface IDatagramSocket : IAsyncDisposable
{
    /// <summary>The bound address and port.</summary>
    IPEndPoint LocalEndPoint { get; }

    /// <summary>Sends one datagram. That it was sent says nothing about its arrival.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> datagram, IPEndPoint remote, CancellationToken cancellationToken);

    /// <summary>Waits for one datagram and copies it into <paramref name="buffer"/>; what does not fit is lost.</summary>
    ValueTask<ReceivedDatagram> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);
}

/// <summary>How many octets came, and from where.</summary>
/// <param name="Length">Octets written to the buffer.</param>
/// <param name="Remote">The sender's address and port.</param>
public readonly record struct ReceivedDatagram(int Length, IPEndPoint Remote);
