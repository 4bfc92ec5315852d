using System.Buffers;

namespace ImageShare.Core.Msrp.Relays;

/// <summary>Sends a request to a relay and waits for its response.</summary>
/// <param name="write">Writes the request with the transaction id given.</param>
/// <param name="cancellationToken">Gives up the wait.</param>
/// <exception cref="ImageShareException"><see cref="ImageShareError.NoAnswer"/>, <see cref="ImageShareError.ConnectionLost"/>.</exception>
internal delegate Task<RelayReply> RelayRequest(Action<IBufferWriter<byte>, byte[]> write, CancellationToken cancellationToken);
