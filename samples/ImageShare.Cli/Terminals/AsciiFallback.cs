using System.Text;

namespace ImageShare.Cli.Terminals;

/// <summary>ASCII that looks like the character, one for one, so that columns stay; ? for all others.</summary>
internal sealed class AsciiFallback : EncoderFallback
{
    public override int MaxCharCount => 1;

    public override EncoderFallbackBuffer CreateFallbackBuffer() => new Buffer();

    private static char Like(char c) => c switch
    {
        '─' or '━' => '-',
        '═' => '=',
        '│' => '|',
        '▶' => '>',
        '◀' => '<',
        '…' => '~',
        '×' => 'x',
        '·' => '.',
        _ => '?',
    };

    private sealed class Buffer : EncoderFallbackBuffer
    {
        private char _char;
        private bool _isThere;

        public override int Remaining => _isThere ? 1 : 0;

        public override bool Fallback(char charUnknown, int index)
        {
            _char = Like(charUnknown);
            return _isThere = true;
        }

        public override bool Fallback(char charUnknownHigh, char charUnknownLow, int index) => Fallback('?', index);

        public override char GetNextChar()
        {
            bool wasThere = _isThere;
            _isThere = false;
            return wasThere ? _char : '\0';
        }

        public override bool MovePrevious() => false;

        public override void Reset() => _isThere = false;
    }
}
