using System.Globalization;
using System.Net;

namespace ImageShare.Core.Tests.Faults;

/// <summary>An open socket of a program, as /proc shows it.</summary>
/// <param name="Protocol">udp or tcp.</param>
/// <param name="Local">The address it is bound to.</param>
/// <param name="Listens">Whether it listens for connections.</param>
internal sealed record ProgramSocket(string Protocol, IPEndPoint Local, bool Listens)
{
    private const string Listening = "0A";

    /// <summary>All of them. A socket that is neither UDP nor TCP over IPv4 is reported without an address, so that it counts too.</summary>
    public static ProgramSocket[] Of(int processId)
    {
        string process = $"/proc/{processId.ToString(CultureInfo.InvariantCulture)}";
        var known = new Dictionary<string, ProgramSocket>();
        foreach (string protocol in (string[])["udp", "tcp"])
        {
            foreach (string[] row in File.ReadLines($"{process}/net/{protocol}").Skip(1).Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            {
                known[$"socket:[{row[9]}]"] = new ProgramSocket(protocol, EndPoint(row[1]), row[3] == Listening);
            }
        }

        return
        [
            .. from file in Directory.EnumerateFileSystemEntries($"{process}/fd")
               let target = new FileInfo(file).LinkTarget
               where target is not null && target.StartsWith("socket:", StringComparison.Ordinal)
               select known.GetValueOrDefault(target, new ProgramSocket(target, new IPEndPoint(0, 0), false)),
        ];
    }

    // The address is one number in the byte order of the machine, and little-endian wherever .NET runs.
    private static IPEndPoint EndPoint(string text) => new(
        uint.Parse(text.AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture), int.Parse(text.AsSpan(9), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
}
