using System.Net;

namespace ImageShare.Core.Sip.Transport;

/// <summary>Counts the accepted connections per source, those in their TLS handshake included. For any thread.</summary>
internal sealed class AcceptedConnections(int mostPerSource)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _bySource = [];

    /// <summary>Whether that source may not open another one.</summary>
    public bool IsFull(IPAddress address)
    {
        lock (_gate)
        {
            return _bySource.GetValueOrDefault(SourceNetwork.Of(address)) >= mostPerSource;
        }
    }

    public void Add(IPAddress address)
    {
        IPAddress source = SourceNetwork.Of(address);
        lock (_gate)
        {
            _bySource[source] = _bySource.GetValueOrDefault(source) + 1;
        }
    }

    public void Remove(IPAddress address)
    {
        IPAddress source = SourceNetwork.Of(address);
        lock (_gate)
        {
            int left = _bySource[source] - 1;
            if (left == 0)
            {
                _bySource.Remove(source);
            }
            else
            {
                _bySource[source] = left;
            }
        }
    }
}
