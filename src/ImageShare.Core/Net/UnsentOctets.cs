using System.Net.Sockets;

namespace ImageShare.Core.Net;

/// <summary>
/// Bounds what a TCP socket takes and has not sent. Without it several megabytes of a picture that its user takes back lie in the system's send buffer and
/// leave all the same. Linux and macOS can do it (TCP_NOTSENT_LOWAT); elsewhere the send buffer is what it is.
/// </summary>
internal static class UnsentOctets
{
    /// <summary>Enough to keep a fast path busy while the writer is woken; at 1 MB/s an eighth of a second.</summary>
    public const int Most = 128 * 1024;

    private const int Tcp = 6;
    private const int LinuxNotSentLowWater = 25;
    private const int MacNotSentLowWater = 0x201;

    /// <summary>Sets the bound. Where the system does not know the option, nothing changes.</summary>
    public static void Bound(Socket socket, int octets = Most)
    {
        int option = OperatingSystem.IsLinux() ? LinuxNotSentLowWater : OperatingSystem.IsMacOS() ? MacNotSentLowWater : 0;
        if (option == 0)
        {
            return;
        }

        try
        {
            socket.SetRawSocketOption(Tcp, option, BitConverter.GetBytes(octets));
        }
        catch (SocketException)
        {
            // A kernel without it, or a connection that is gone: then its first write says so.
        }
    }
}
