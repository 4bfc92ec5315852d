using System.Runtime.InteropServices;

namespace ImageShare.Cli.Terminals;

/// <summary>
/// The terminal of standard input without echo and lines, by POSIX: .NET has this only while it waits for a key. The settings are bytes that only the system reads, so that their layout, which
/// differs between systems, does not matter.
/// </summary>
internal static class RawTerminal
{
    // More than termios has anywhere.
    private const int SettingsSize = 256;

    private const short PollIn = 1;
    private const int SigInt = 2;

    /// <summary>The settings before; null if they cannot be changed, as of a program in the background, which would be stopped.</summary>
    public static byte[]? TryEnter()
    {
        byte[] saved = new byte[SettingsSize];
        try
        {
            if (tcgetpgrp(0) != getpgrp() || tcgetattr(0, saved) != 0)
            {
                return null;
            }

            byte[] raw = [.. saved];
            cfmakeraw(raw);
            return tcsetattr(0, 0, raw) == 0 ? saved : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A system whose C library is named or built differently.
            return null;
        }
    }

    public static void Leave(byte[] saved) => _ = tcsetattr(0, 0, saved);

    /// <summary>Reads what is there, or comes within this time.</summary>
    /// <returns>How many bytes; 0 if none came.</returns>
    public static int Read(byte[] into, TimeSpan patience)
    {
        var wanted = new PollFd { Fd = 0, Events = PollIn };
        return poll(ref wanted, 1, Math.Max(1, (int)patience.TotalMilliseconds)) > 0 ? (int)Math.Max(0, read(0, into, into.Length)) : 0;
    }

    /// <summary>What Ctrl-C does when it is not read.</summary>
    public static void Interrupt() => _ = kill(Environment.ProcessId, SigInt);

#pragma warning disable SYSLIB1054, CA5392, IDE1006 // Generated marshalling would need unsafe code for nothing; the C library is the system's; names are those of POSIX.
    [DllImport("libc")]
    private static extern int tcgetpgrp(int fd);

    [DllImport("libc")]
    private static extern int getpgrp();

    [DllImport("libc")]
    private static extern int tcgetattr(int fd, byte[] settings);

    [DllImport("libc")]
    private static extern int tcsetattr(int fd, int when, byte[] settings);

    [DllImport("libc")]
    private static extern void cfmakeraw(byte[] settings);

    [DllImport("libc")]
    private static extern int poll(ref PollFd wanted, nuint count, int milliseconds);

    [DllImport("libc")]
    private static extern nint read(int fd, byte[] into, nint count);

    [DllImport("libc")]
    private static extern int kill(int process, int signal);
#pragma warning restore SYSLIB1054, CA5392, IDE1006

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Fd;
        public short Events;
        public short Returned;
    }
}
