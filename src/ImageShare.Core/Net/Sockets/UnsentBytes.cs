using System.Net.Sockets;

namespace ImageShare.Core.Net.Sockets;

/// <summary>
/// Limits the unsent bytes in a TCP socket's buffer. Otherwise, if a user cancels, several megabytes in the send buffer would still be sent.
/// Supported on Linux and macOS (TCP_NOTSENT_LOWAT); elsewhere the send buffer is unchanged.
/// </summary>
internal static class UnsentBytes
{
    /// <summary>Enough to keep a fast connection busy until the writer wakes up; an eighth of a second at 1 MB/s.</summary>
    public const int Most = 128 * 1024;

    private const int Tcp = 6;
    private const int LinuxNotSentLowWater = 25;
    private const int MacNotSentLowWater = 0x201;

    /// <summary>Sets the limit. Does nothing if the system does not support the option.</summary>
    public static void Bound(Socket socket, int bytes = Most)
    {
        int option = OperatingSystem.IsLinux() ? LinuxNotSentLowWater : OperatingSystem.IsMacOS() ? MacNotSentLowWater : 0;
        if (option == 0)
        {
            return;
        }

        try
        {
            socket.SetRawSocketOption(Tcp, option, BitConverter.GetBytes(bytes));
        }
        catch (SocketException)
        {
            // The kernel does not support it, or the connection is lost, which the first write will report.
        }
    }
}
