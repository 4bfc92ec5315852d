using System.Net;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>Counts the accepted connections that have not named a session yet, of each address and together (RFC 4975 §14.5). For any thread.</summary>
internal sealed class UnboundConnections(MsrpLimits limits)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _byAddress = [];
    private int _all;

    /// <summary>Counts one more, or returns the name of the limit that is reached.</summary>
    public string? Add(IPAddress address)
    {
        lock (_gate)
        {
            int own = _byAddress.GetValueOrDefault(address);
            if (own >= limits.MaxUnboundConnectionsPerAddress)
            {
                return nameof(MsrpLimits.MaxUnboundConnectionsPerAddress);
            }

            if (_all >= limits.MaxUnboundConnections)
            {
                return nameof(MsrpLimits.MaxUnboundConnections);
            }

            _byAddress[address] = own + 1;
            _all++;
            return null;
        }
    }

    public void Remove(IPAddress address)
    {
        lock (_gate)
        {
            int left = _byAddress[address] - 1;
            _all--;
            if (left == 0)
            {
                _byAddress.Remove(address);
            }
            else
            {
                _byAddress[address] = left;
            }
        }
    }
}
