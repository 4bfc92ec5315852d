using System.Net.Sockets;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>The ceiling: nothing but octets, 64 KiB per system call, one direction.</summary>
internal sealed class RawSocketCopy : ITransferCase
{
    private const int Piece = 64 * 1024;

    public string Name => "raw socket copy, 64 KiB";

    public async Task RunAsync(long octets)
    {
        using LoopbackPair pair = await LoopbackPair.CreateAsync();
        Task sending = Task.Run(async () =>
        {
            byte[] buffer = new byte[Piece];
            for (long left = octets; left > 0;)
            {
                left -= await pair.Client.SendAsync(buffer.AsMemory(0, (int)Math.Min(Piece, left)));
            }

            pair.Client.Shutdown(SocketShutdown.Send);
        });
        byte[] received = new byte[Piece];
        long total = 0;
        while (await pair.Server.ReceiveAsync(received.AsMemory()) is > 0 and int count)
        {
            total += count;
        }

        await sending;
        ITransferCase.Check(total, octets);
    }
}
