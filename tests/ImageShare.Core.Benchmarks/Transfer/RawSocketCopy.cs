using System.Net.Sockets;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>The ceiling: nothing but octets, 64 KiB per system call, one direction.</summary>
internal sealed class RawSocketCopy : ITransferCase
{
    public const string CaseName = "raw socket copy, 64 KiB";

    private const int Piece = 64 * 1024;

    public string Name => CaseName;

    public string Baseline => CaseName;

    public Task<ITransferReceiver> ListenAsync(long octets) => Task.FromResult<ITransferReceiver>(new SocketReceiver(async socket =>
    {
        byte[] received = new byte[Piece];
        long total = 0;
        while (total < octets && await socket.ReceiveAsync(received.AsMemory()) is > 0 and int count)
        {
            total += count;
        }

        // One octet back: the sender's time ends when the receiver has everything.
        await socket.SendAsync(received.AsMemory(0, 1));
        ITransferCase.Check(total, octets);
    }));

    public async Task SendAsync(string address, long octets)
    {
        using Socket socket = await SocketReceiver.DialAsync(address);
        for (long sent = 0; sent < octets;)
        {
            sent += await socket.SendAsync(Pieces.At(sent, (int)Math.Min(Piece, octets - sent)));
        }

        await socket.ReceiveAsync(new byte[1]);
    }
}
