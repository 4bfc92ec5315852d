using System.Net;
using System.Text.RegularExpressions;
using ImageShare.Cli.Captures;

namespace ImageShare.Cli.Ladders;

/// <summary>
/// Which side of an exchange an address is: the first sender is left, everybody else is right. Both may be on one machine: then the ports tell them apart, which SIP shows,
/// and the paths of the offer and the answer for MSRP (RFC 4975 §8.2).
/// </summary>
internal sealed partial class ExchangeSides
{
    private const int MaxKnown = 10_000;

    private readonly Dictionary<(IPAddress Address, int Port), bool> _ports = [];
    private readonly Dictionary<IPAddress, bool> _addresses = [];

    public IPEndPoint? Left { get; private set; }

    public IPEndPoint? Right { get; private set; }

    /// <summary>Whether the message goes from left to right.</summary>
    public bool IsFromLeft(CapturedMessage message)
    {
        if (Left is null)
        {
            (Left, Right) = (message.From, message.To);
            Know(message.From, true);
            Know(message.To, false);
        }

        bool isFromLeft = Find(message.From) ?? !Find(message.To) ?? FindAddress(message.From) ?? !FindAddress(message.To) ?? true;
        Know(message.From, isFromLeft);
        Know(message.To, !isFromLeft);
        if (!message.IsMsrp && message.Bytes.Length > 0)
        {
            foreach (Match path in Paths().Matches(System.Text.Encoding.Latin1.GetString(message.Bytes)))
            {
                if (IPAddress.TryParse(path.Groups[1].Value.Trim('[', ']'), out IPAddress? address) && ushort.TryParse(path.Groups[2].Value, out ushort port))
                {
                    Know(new IPEndPoint(address, port), isFromLeft);
                }
            }
        }

        return isFromLeft;
    }

    private bool? Find(IPEndPoint end) => _ports.TryGetValue((end.Address, end.Port), out bool isLeft) ? isLeft : null;

    // An address says nothing if both sides have it.
    private bool? FindAddress(IPEndPoint end) => !Left!.Address.Equals(Right!.Address) && _addresses.TryGetValue(end.Address, out bool isLeft) ? isLeft : null;

    private void Know(IPEndPoint end, bool isLeft)
    {
        if (_ports.Count < MaxKnown)
        {
            _ports.TryAdd((end.Address, end.Port), isLeft);
            _addresses.TryAdd(end.Address, isLeft);
        }
    }

    [GeneratedRegex(@"(?m)^a=path:msrps?://(?:[^@/\s]*@)?(\[[^\]]+\]|[^:/;\s]+):([0-9]{1,5})[/;]")]
    private static partial Regex Paths();
}
